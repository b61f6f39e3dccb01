import { buildServices, fetchArtifacts, serviceTable } from './local-stack/src/index.ts';

/** Fetches and builds what the end-to-end tests run, before they start stacks of their own side by side. */
export default async function setup(): Promise<void> {
  await Promise.all([fetchArtifacts(), buildServices(serviceTable.map(({ name }) => name))]);
}
