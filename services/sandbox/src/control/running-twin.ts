/** A twin that listens. `stop` closes its server, its deliveries and its ledger. */
export interface RunningTwin {
  readonly url: string;
  readonly stop: () => Promise<void>;
}
