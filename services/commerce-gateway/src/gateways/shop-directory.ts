/** The shops that are connected: where they are, and the secret each one signs with. */
export class ShopDirectory {
  readonly urls: ReadonlyMap<string, string>;
  readonly secrets: ReadonlyMap<string, string>;

  constructor(parts: {
    readonly urls: ReadonlyMap<string, string>;
    readonly secrets: ReadonlyMap<string, string>;
  }) {
    this.urls = parts.urls;
    this.secrets = parts.secrets;
  }
}
