import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { inTransaction } from '@sluice/postgres';
import { DataSource, type EntityManager } from 'typeorm';
import { foldersOf, WorkflowEngineSettings } from '../config.ts';
import type { FlowLibrary } from '../domain/flow-library.ts';
import { FlowSet } from '../domain/flow-set.ts';
import { errors } from '../errors.ts';
import {
  FlowDefinitionRepository,
  type FlowDefinition,
} from '../storage/flow-definition.repository.ts';
import { compileDocument, loadFlows, loadLibrary, type FlowDocument } from './flow-catalogue.ts';

/**
 * The flows of the process.
 *
 * New runs start with the documents of the folder. A run that started with an earlier version
 * ends with it: that document is taken from the database, where it was kept.
 */
@Injectable()
export class FlowRegistry implements OnModuleInit {
  readonly #settings: WorkflowEngineSettings;
  readonly #library: FlowLibrary;
  readonly #documents: readonly FlowDocument[];
  readonly flows: FlowSet;

  constructor(
    @Inject(WorkflowEngineSettings) settings: WorkflowEngineSettings,
    private readonly dataSource: DataSource,
    private readonly definitions: FlowDefinitionRepository,
  ) {
    const { flowsDir, mappingsDir } = foldersOf(settings);
    const timeZone = settings.businessTimeZone;
    this.#settings = settings;
    this.#library = loadLibrary({ mappingsDir, timeZone });
    this.#documents = loadFlows(flowsDir, this.#library);
    this.flows = new FlowSet(this.#documents);
  }

  /**
   * Keeps the documents, and compiles the earlier versions that runs still go by.
   *
   * @throws PermanentFailure FLOW_VERSION_CHANGED when a document differs from the kept one.
   */
  async onModuleInit(): Promise<void> {
    const { tenant } = this.#settings;
    await inTransaction(this.dataSource, async (tx) => {
      const kept = await this.definitions.keep(tx, tenant, this.#documents.map(definitionOf));
      this.#refuseChanged(kept);
      for (const definition of await this.definitions.inUse(tx, tenant)) this.#add(definition);
    });
  }

  /** Makes sure that these versions are known: another replica may run a newer one. */
  async ensure(
    tx: EntityManager,
    versions: readonly Pick<FlowDefinition, 'flow' | 'version'>[],
  ): Promise<void> {
    const missing = versions.filter(({ flow, version }) => !this.flows.find(flow, version));
    if (missing.length === 0) return;
    const found = await this.definitions.find(tx, this.#settings.tenant, missing);
    for (const definition of found) this.#add(definition);
  }

  #add({ flow, version, document }: FlowDefinition): void {
    if (this.flows.find(flow, version) !== undefined) return;
    this.flows.add(compileDocument(`${flow}-${version}.yaml`, document, this.#library));
  }

  #refuseChanged(kept: readonly FlowDefinition[]): void {
    const changed = this.#documents.find(({ flow, hash }) =>
      kept.some(
        (other) =>
          other.flow === flow.name && other.version === flow.version && other.documentHash !== hash,
      ),
    );
    if (changed === undefined) return;
    const { name, version } = changed.flow;
    throw errors.failure('FLOW_VERSION_CHANGED', {
      detail: `Flow ${name} was changed but is still version ${version}: raise its version.`,
    });
  }
}

function definitionOf({ flow, hash, text }: FlowDocument): FlowDefinition {
  return { flow: flow.name, version: flow.version, documentHash: hash, document: text };
}
