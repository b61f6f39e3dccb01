export { buildServices } from './build-services.ts';
export { chosenStackFolder } from './command-line.ts';
export { cacheFolder, defaultStackFolder, repositoryRoot, type StackFolders } from './folders.ts';
export { findJava } from './java.ts';
export { fetchArtifacts } from './fetch-artifacts.ts';
export type { KafkaNode } from './kafka.ts';
export { ManagedProcess, type ProcessPlan } from './managed-process.ts';
export { serviceNodeOptions } from './node-options.ts';
export { freePorts } from './ports.ts';
export { startServices, type RunningServices, type ServicesOptions } from './running-services.ts';
export {
  databaseSchemaOf,
  defaultServicePorts,
  infrastructurePorts,
  serviceTable,
  type ServiceEntry,
  type ServicePort,
  type ServicePorts,
} from './service-table.ts';
export { StackFailure, type StackFailureCode } from './stack-failure.ts';
export type { StackHome } from './stack-home.ts';
export { readStackState, type Address, type ProgramState, type StackState } from './stack-state.ts';
export {
  startStack,
  type ExistingServers,
  type RunningStack,
  type StackOptions,
  type StackPart,
} from './stack.ts';
export { removeDeadStacks } from './dead-stacks.ts';
