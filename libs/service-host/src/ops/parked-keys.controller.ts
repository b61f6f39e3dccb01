import { Body, Controller, Get, HttpCode, Post, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { EventCodec } from '@sluice/contracts';
import { ParkingDesk, ParkingStore } from '@sluice/messaging';
import type { ParkedAct, ParkedActOutcome, ParkedMessage, RedriveReport } from '@sluice/messaging';
import { hostErrors } from '../errors.ts';
import { ParkedActBody, ParkedEventsQuery, RedriveBody } from './ops-acts.dto.ts';
import { OpsGuard } from './ops.guard.ts';

/** One waiting event, as operators see it. */
export interface ParkedEventView {
  readonly seq: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly valueBase64: string | null;
  /** The decoded value, integers as text; null when it cannot be read. */
  readonly data: unknown;
}

/**
 * What operators do to parked keys and dead letters; every act is recorded with maker and reason.
 *
 * Wants `Authorization: Bearer <OPS_TOKEN>`; answers 401 OPS_TOKEN_REFUSED otherwise.
 */
@ApiTags('ops')
@ApiBearerAuth()
@UseGuards(OpsGuard)
@Controller('ops')
export class ParkedKeysController {
  constructor(
    private readonly parking: ParkingStore,
    private readonly desk: ParkingDesk,
    private readonly codec: EventCodec,
  ) {}

  /** Events of one parked key in their order, the head first; none when it is not parked. */
  @ApiOperation({ summary: 'Events that wait behind a parked key.' })
  @Get('parked-keys/events')
  async events(@Query() query: ParkedEventsQuery): Promise<readonly ParkedEventView[]> {
    const waiting = await this.parking.waiting(query, query.limit);
    return await Promise.all(waiting.map((each) => this.#viewOf(each)));
  }

  /**
   * Retries, releases, edits, skips or drops a parked key. Answers 404 PARKED_KEY_MISSING, 409 PARKED_KEY_BUSY while
   * it is replayed, 409 PARKED_HEAD_CHANGED, 422 PARKED_EDIT_INVALID.
   */
  @ApiOperation({ summary: 'One act on a parked key: retry, release, edit, skip or drop.' })
  @ApiOkResponse({ description: 'Events that still wait, and dead letters written.' })
  @ApiResponse({ status: 404, description: 'PARKED_KEY_MISSING' })
  @ApiResponse({ status: 409, description: 'PARKED_KEY_BUSY or PARKED_HEAD_CHANGED' })
  @ApiResponse({ status: 422, description: 'PARKED_EDIT_INVALID, OPERATOR_NOTE_MISSING' })
  @Post('parked-keys/acts')
  @HttpCode(200)
  async act(@Body() body: ParkedActBody): Promise<ParkedActOutcome> {
    return await this.desk.act(await this.#actOf(body));
  }

  /**
   * Gives dead letters back to their consumer: each once, those of a key in order. Takes up to half a minute.
   * Answers 503 DEAD_LETTERS_UNREADABLE when the dead letter topic is missing.
   */
  @ApiOperation({ summary: 'Dead letters back to the consumer that wrote them.' })
  @ApiOkResponse({
    description: 'How many were found, redriven, known, waiting, busy, unreadable.',
  })
  @ApiResponse({ status: 503, description: 'DEAD_LETTERS_UNREADABLE' })
  @Post('dead-letters/redrives')
  @HttpCode(200)
  async redrive(@Body() body: RedriveBody): Promise<RedriveReport> {
    const { partition, offset, ...order } = body;
    if ((partition === undefined) !== (offset === undefined)) {
      throw hostErrors.failure('REQUEST_INVALID', { detail: 'partition and offset go together' });
    }
    if (partition === undefined || offset === undefined) return await this.desk.redrive(order);
    return await this.desk.redrive({ ...order, place: { partition, offset: BigInt(offset) } });
  }

  async #actOf(body: ParkedActBody): Promise<ParkedAct> {
    const { consumer, key, maker, reason, kind, seq, data, valueBase64 } = body;
    const act = { consumer, key, maker, reason };
    if (kind !== 'edit' && kind !== 'skip') return { ...act, kind };
    if (seq === undefined) {
      throw hostErrors.failure('REQUEST_INVALID', { detail: `${kind} needs the seq of the head` });
    }
    if (kind === 'skip') return { ...act, kind, seq: BigInt(seq) };
    if ((data === undefined) === (valueBase64 === undefined)) {
      throw hostErrors.failure('REQUEST_INVALID', { detail: 'edit needs data or valueBase64' });
    }
    const value =
      valueBase64 === undefined
        ? await this.desk.valueOf({ consumer, key }, data)
        : Buffer.from(valueBase64, 'base64');
    return { ...act, kind, seq: BigInt(seq), value };
  }

  async #viewOf({ seq, message }: ParkedMessage): Promise<ParkedEventView> {
    const { topic, partition, offset, headers, value } = message;
    return {
      seq: seq.toString(),
      topic,
      partition,
      offset: offset.toString(),
      headers,
      valueBase64: value?.toString('base64') ?? null,
      data: await this.#decoded(value),
    };
  }

  async #decoded(value: Buffer | null): Promise<unknown> {
    try {
      const { data } = await this.codec.decode(value);
      const text = JSON.stringify(data, (_, field: unknown) =>
        typeof field === 'bigint' ? field.toString() : field,
      );
      return JSON.parse(text) as unknown;
    } catch {
      return null;
    }
  }
}
