import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** A command that waits for the outcome of a refund. */
export interface RefundCommand {
  readonly tenant: string;
  readonly commandId: string;
  readonly refundId: string;
  readonly effectKey: string;
  /** `name:version` in the catalogue. */
  readonly functionName: string;
  readonly runId: string;
  readonly task: string;
  readonly businessKey: string;
  /** Trace that the command arrived in; empty when there was none. */
  readonly traceparent: string;
}

interface RefundCommandRow {
  readonly tenant: string;
  readonly command_id: string;
  readonly refund_id: string;
  readonly effect_key: string;
  readonly function: string;
  readonly run_id: string;
  readonly task: string;
  readonly business_key: string;
  readonly traceparent: string;
}

/** Table refund_command: several commands may wait for one refund, each is answered once. */
@Injectable()
export class RefundCommandRepository {
  /** Lets a command wait for the outcome of its refund. */
  async insert(tx: EntityManager, command: RefundCommand): Promise<void> {
    await tx.query(
      `insert into refund_command (tenant, command_id, refund_id, effect_key, function, run_id,
         task, business_key, traceparent) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
       on conflict do nothing`,
      [
        command.tenant,
        command.commandId,
        command.refundId,
        command.effectKey,
        command.functionName,
        command.runId,
        command.task,
        command.businessKey,
        command.traceparent,
      ],
    );
  }

  /** Takes the commands that wait for a refund; a command is taken once. */
  async complete(
    tx: EntityManager,
    tenant: string,
    refundId: string,
  ): Promise<readonly RefundCommand[]> {
    const [rows]: [RefundCommandRow[], number] = await tx.query(
      `update refund_command set completed_at = now()
       where tenant = $1 and refund_id = $2 and completed_at is null returning *`,
      [tenant, refundId],
    );
    return rows.map((row) => ({
      tenant: row.tenant,
      commandId: row.command_id,
      refundId: row.refund_id,
      effectKey: row.effect_key,
      functionName: row.function,
      runId: row.run_id,
      task: row.task,
      businessKey: row.business_key,
      traceparent: row.traceparent,
    }));
  }
}
