/** The relay's rest between two looks, which a wake ends early. */
export class RelayPause {
  #isWoken = false;
  #isDeaf = false;
  #endRest: (() => void) | undefined;

  wake(): void {
    this.#isWoken = true;
    if (!this.#isDeaf) this.#endRest?.();
  }

  /** Ends any rest at once. */
  cancel(): void {
    this.#endRest?.();
  }

  /** True when there was a wake since the last call. */
  takeWake(): boolean {
    const wasWoken = this.#isWoken;
    this.#isWoken = false;
    return wasWoken;
  }

  /** Rests until the time is over or a wake comes; not at all when one came before. */
  async rest(forMs: number): Promise<void> {
    if (!this.#isWoken) await this.#wait(forMs);
  }

  /**
   * Rests although wakes come, which are kept: they cannot turn a broken broker into a busy loop, and rows that follow
   * one another closely gather. Only `cancel` ends it early.
   */
  async restDeaf(forMs: number): Promise<void> {
    this.#isDeaf = true;
    await this.#wait(forMs);
    this.#isDeaf = false;
  }

  async #wait(forMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, forMs);
    this.#endRest = resolve;
    await promise;
    clearTimeout(timer);
    this.#endRest = undefined;
  }
}
