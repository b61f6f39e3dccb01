declare module 'cybersource-rest-client' {
  /** The parts of the official client the tests use; the package has no types of its own. */
  interface PaymentsApi {
    createPayment(
      request: object,
      callback: (error: unknown, data: { id: string; status: string } | undefined) => void,
    ): void;
  }
  const sdk: {
    ApiClient: new () => object;
    PaymentsApi: new (configuration: object, client: object) => PaymentsApi;
  };
  // The package is CommonJS: all it exports is its default export.
  export default sdk;
}

declare module '@zohocrm/nodejs-sdk-8.0' {
  /** The parts of the official client the tests use; the package has no types of its own. */
  export class DataCenter {
    static setEnvironment(apiUrl: string, accountsUrl: string, fileUrl: string): object;
  }
  export class OAuthBuilder {
    clientId(value: string): this;
    clientSecret(value: string): this;
    refreshToken(value: string): this;
    build(): object;
  }
  export class FileStore {
    constructor(path: string);
  }
  interface ReadyInitializeBuilder {
    environment(value: object): this;
    token(value: object): this;
    store(value: FileStore): this;
    resourcePath(value: string): this;
    initialize(): Promise<void>;
  }
  /** Its constructor gives a promise of itself. */
  export const InitializeBuilder: new () => Promise<ReadyInitializeBuilder>;
  export namespace Record {
    class Record {
      addKeyValue(name: string, value: unknown): void;
    }
    class BodyWrapper {
      setData(records: Record[]): void;
    }
    class RecordOperations {
      constructor(moduleName: string);
      createRecords(body: BodyWrapper): Promise<{
        getStatusCode(): number;
        getObject(): { getData(): { getDetails(): Map<string, unknown> }[] };
      }>;
    }
  }
}
