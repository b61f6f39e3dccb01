import { mkdirSync } from 'node:fs';
import { kafkaArtifact, registryArtifact, zipkinArtifact } from './artifacts.ts';
import { cacheFolder } from './folders.ts';
import { findJava } from './java.ts';
import { ArtifactStore } from './maven.ts';

/**
 * Brings Kafka, the schema registry and Zipkin into the cache, as far as they are not there: for stacks that are going
 * to start side by side, each of which would fetch them.
 * @throws StackFailure when Java or Maven is missing or the repository cannot be reached.
 */
export async function fetchArtifacts(): Promise<void> {
  mkdirSync(cacheFolder, { recursive: true });
  const store = new ArtifactStore({ java: await findJava(), cacheFolder });
  for (const artifact of [kafkaArtifact, registryArtifact, zipkinArtifact]) {
    await store.get(artifact);
  }
}
