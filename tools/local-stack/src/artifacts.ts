/** A program that is fetched by Maven coordinates instead of being installed. */
export interface Artifact {
  readonly name: string;
  /** The folder under the cache; it holds the version, so another version is fetched anew. */
  readonly folder: string;
  /** `dependencies` fetches a class path, `file` one packaged program. */
  readonly fetch:
    | { readonly kind: 'dependencies'; readonly coordinates: readonly string[] }
    | { readonly kind: 'file'; readonly coordinate: string; readonly unpack: boolean };
}

/** Apache Kafka with the logging it cannot start without. */
export const kafkaArtifact: Artifact = {
  name: 'Kafka',
  folder: 'kafka-4.4.0',
  fetch: {
    kind: 'dependencies',
    coordinates: [
      'org.apache.kafka:kafka_2.13:4.4.0',
      'org.apache.logging.log4j:log4j-core:2.25.4',
      'org.apache.logging.log4j:log4j-slf4j-impl:2.25.4',
    ],
  },
};

/** Apicurio Registry, which speaks Confluent's API. */
export const registryArtifact: Artifact = {
  name: 'schema registry',
  folder: 'apicurio-registry-3.3.3',
  fetch: {
    kind: 'file',
    coordinate: 'io.apicurio:apicurio-registry-app:3.3.3:tar.gz:all',
    unpack: true,
  },
};

/** Zipkin, the local trace viewer. */
export const zipkinArtifact: Artifact = {
  name: 'Zipkin',
  folder: 'zipkin-3.6.1',
  fetch: { kind: 'file', coordinate: 'io.zipkin:zipkin-server:3.6.1:jar:slim', unpack: false },
};
