import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** A stored flow document. */
export interface FlowDefinition {
  readonly flow: string;
  readonly version: string;
  readonly documentHash: string;
  readonly document: string;
}

interface DefinitionRow {
  readonly flow: string;
  readonly version: string;
  readonly document_hash: string;
  readonly document: string;
}

/** Table flow_definition: every document a run was ever started with. Rows never change. */
@Injectable()
export class FlowDefinitionRepository {
  /** Stores the versions that are not stored yet and returns all of these as they are stored. */
  async keep(
    tx: EntityManager,
    tenant: string,
    definitions: readonly FlowDefinition[],
  ): Promise<readonly FlowDefinition[]> {
    const rows = definitions.map(({ flow, version, documentHash, document }) => {
      return { tenant, flow, version, document_hash: documentHash, document };
    });
    await tx.query(
      `insert into flow_definition (tenant, flow, version, document_hash, document, created_at)
       select tenant, flow, version, document_hash, document, now()
       from jsonb_populate_recordset(null::flow_definition, $1::jsonb)
       order by flow, version on conflict do nothing`,
      [JSON.stringify(rows)],
    );
    return this.find(tx, tenant, definitions);
  }

  /** The stored documents of these versions; those that are not stored are left out. */
  async find(
    tx: EntityManager,
    tenant: string,
    versions: readonly Pick<FlowDefinition, 'flow' | 'version'>[],
  ): Promise<readonly FlowDefinition[]> {
    const rows: DefinitionRow[] = await tx.query(
      `select flow, version, document_hash, document from flow_definition
       join unnest($2::text[], $3::text[]) as wanted (flow, version) using (flow, version)
       where tenant = $1`,
      [tenant, versions.map(({ flow }) => flow), versions.map(({ version }) => version)],
    );
    return rows.map(definitionOf);
  }

  /** The documents that runs still go by. */
  async inUse(tx: EntityManager, tenant: string): Promise<readonly FlowDefinition[]> {
    const rows: DefinitionRow[] = await tx.query(
      `select flow, version, document_hash, document from flow_definition d
       where tenant = $1 and exists (select from flow_run r
         where r.tenant = d.tenant and r.flow = d.flow and r.version = d.version
           and r.phase = 'waiting')`,
      [tenant],
    );
    return rows.map(definitionOf);
  }
}

function definitionOf(row: DefinitionRow): FlowDefinition {
  return {
    flow: row.flow,
    version: row.version,
    documentHash: row.document_hash,
    document: row.document,
  };
}
