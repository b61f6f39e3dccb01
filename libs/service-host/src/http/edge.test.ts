import 'reflect-metadata';
import { Body, Controller, Get, HttpCode, Module, Post, Req } from '@nestjs/common';
import type { RawBodyRequest } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { DependencyDown, TransientFailure } from '@sluice/failure';
import { parseDecimal } from '@sluice/money';
import { IsInt, IsString, MaxLength, Min } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyBytesMax, configureApp } from '../configure-app.ts';

class SampleBody {
  @IsString()
  @MaxLength(10)
  name: string;

  @IsInt()
  @Min(1)
  quantity: number;
}

@Controller('sample')
class SampleController {
  @Post()
  @HttpCode(200)
  echo(@Body() body: SampleBody, @Req() request: RawBodyRequest<FastifyRequest>): unknown {
    return { ...body, rawBytes: request.rawBody?.length };
  }

  @Get('bug')
  bug(): never {
    throw new TypeError('card 4111111111111111 is undefined');
  }

  @Get('money')
  money(): unknown {
    return parseDecimal('1.234', 'EUR');
  }

  @Get('later')
  later(): never {
    throw new TransientFailure('SAMPLE_BUSY', 'Busy with 4111111111111111.', {
      retryAfterMs: 1500,
    });
  }

  @Get('down')
  down(): never {
    throw new DependencyDown('postgres', 'connection to role:password@host lost');
  }
}

@Module({ controllers: [SampleController] })
class SampleModule {}

describe('the HTTP edge', () => {
  let app: NestFastifyApplication;

  beforeAll(async () => {
    const testing = await Test.createTestingModule({ imports: [SampleModule] }).compile();
    app = testing.createNestApplication<NestFastifyApplication>(
      new FastifyAdapter({ bodyLimit: bodyBytesMax }),
      { rawBody: true, logger: false },
    );
    configureApp(app, 'sample');
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
  });
  afterAll(() => app.close());

  const post = async (
    payload: string,
    type = 'application/json',
  ): Promise<{ status: number; body: Record<string, unknown>; type: string }> => {
    const reply = await app.inject({
      method: 'POST',
      url: '/sample',
      headers: { 'content-type': type },
      payload,
    });
    return {
      status: reply.statusCode,
      body: reply.json(),
      type: String(reply.headers['content-type']),
    };
  };
  const get = async (
    url: string,
  ): Promise<{ status: number; body: Record<string, unknown>; retryAfter: unknown }> => {
    const reply = await app.inject({ method: 'GET', url });
    return {
      status: reply.statusCode,
      body: reply.json(),
      retryAfter: reply.headers['retry-after'],
    };
  };

  it('passes a valid body, and keeps its raw bytes', async () => {
    const { status, body } = await post('{"name":"tea",  "quantity":2}');

    expect(status).toBe(200);
    expect(body).toEqual({ name: 'tea', quantity: 2, rawBytes: 29 });
  });

  it('lists every fault of a body at once, unknown fields too, as problem details', async () => {
    const { status, body, type } = await post(
      '{"name":"far too long a name","quantity":0,"extra":1}',
    );

    expect(status).toBe(422);
    expect(type).toContain('application/problem+json');
    expect(body).toMatchObject({
      type: 'urn:sluice:error:REQUEST_INVALID',
      code: 'REQUEST_INVALID',
      status: 422,
    });
    expect((body.details as { faults: string[] }).faults).toHaveLength(3);
  });

  it('answers 400 to what is not JSON, 413 to what is too large, 415 to another media type', async () => {
    expect(await post('{"name":')).toMatchObject({
      status: 400,
      body: { code: 'BODY_NOT_READABLE' },
    });
    expect(await post(`{"name":"${'x'.repeat(bodyBytesMax)}"}`)).toMatchObject({
      status: 413,
      body: { code: 'BODY_TOO_LARGE' },
    });
    expect(await post('<a/>', 'application/xml')).toMatchObject({
      status: 415,
      body: { code: 'MEDIA_TYPE_UNSUPPORTED' },
    });
  });

  it('answers 404 under an unknown address', async () => {
    expect(await get('/nowhere')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  });

  it('names money faults by their code', async () => {
    expect(await get('/sample/money')).toMatchObject({
      status: 422,
      body: { code: 'MONEY_TOO_MANY_DECIMALS' },
    });
  });

  it('tells when to try again, and shows no card number', async () => {
    const { status, body, retryAfter } = await get('/sample/later');

    expect([status, retryAfter]).toEqual([503, '2']);
    expect(body.detail).toBe('Busy with [card number].');
  });

  it('shows neither the text of a bug nor the address of a dependency', async () => {
    const bug = await get('/sample/bug');
    const down = await get('/sample/down');

    expect(bug).toMatchObject({ status: 500, body: { code: 'INTERNAL' } });
    expect(JSON.stringify(bug.body)).not.toContain('undefined');
    expect(down).toMatchObject({ status: 503, body: { code: 'DEPENDENCY_DOWN' } });
    expect(JSON.stringify(down.body)).not.toContain('password');
  });

  it('describes itself under /docs', async () => {
    const reply = await app.inject({ method: 'GET', url: '/docs-json' });

    expect(reply.json()).toMatchObject({ info: { title: 'Sluice sample' } });
  });
});
