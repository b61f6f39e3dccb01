import { IsIn, IsInt, IsString, Max, Min, MinLength } from 'class-validator';
import { Setting } from './setting.ts';

/** Settings that every service has. */
export class ServiceSettings {
  @Setting('HTTP_HOST', { doc: 'Address to listen on.', default: '127.0.0.1' })
  @IsString()
  httpHost: string;

  @Setting('HTTP_PORT', { doc: 'Port to listen on, 0 for any free one.' })
  @IsInt()
  @Min(0)
  @Max(65_535)
  httpPort: number;

  @Setting('DATABASE_URL', { doc: "PostgreSQL URL with the service's own role.", secret: true })
  @IsString()
  databaseUrl: string;

  @Setting('DATABASE_POOL_MAX', { doc: 'Connections of this process, 1 to 100.', default: 10 })
  @IsInt()
  @Min(1)
  @Max(100)
  databasePoolMax: number;

  @Setting('KAFKA_BROKERS', { doc: 'Kafka brokers, host:port separated by commas.' })
  @IsString()
  @MinLength(1)
  kafkaBrokers: string;

  @Setting('SCHEMA_REGISTRY_URL', { doc: 'Schema registry with its path, Confluent API.' })
  @IsString()
  @MinLength(1)
  schemaRegistryUrl: string;

  @Setting('TENANT', { doc: 'Name of the connected pair this deployment serves.', default: 'demo' })
  @IsString()
  @MinLength(1)
  tenant: string;

  @Setting('OPS_TOKEN', {
    doc: 'Bearer token of the operator endpoints, at least 16 characters.',
    secret: true,
  })
  @IsString()
  @MinLength(16)
  opsToken: string;

  @Setting('OUTBOX_RELAY', {
    doc: 'on, or off when Debezium publishes the outbox instead.',
    default: 'on',
  })
  @IsIn(['on', 'off'])
  outboxRelay: 'on' | 'off';

  @Setting('PARKED_RETRY_HOURS', {
    doc: 'How long a parked key is tried while its failure is transient, then it waits for an operator; 1 to 720.',
    default: 24,
  })
  @IsInt()
  @Min(1)
  @Max(720)
  parkedRetryHours: number;

  @Setting('TRACES_EXPORTER', { doc: 'none, otlp or zipkin.', default: 'none' })
  @IsIn(['none', 'otlp', 'zipkin'])
  tracesExporter: 'none' | 'otlp' | 'zipkin';

  @Setting('TRACES_URL', { doc: 'Endpoint of the trace exporter.', default: '' })
  @IsString()
  tracesUrl: string;

  @Setting('LOG_LEVEL', { doc: 'fatal, error, warn, info, debug or trace.', default: 'info' })
  @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'trace'])
  logLevel: string;

  @Setting('DRAIN_TIMEOUT_MS', {
    doc: 'Longest wait for work in hand at shutdown.',
    default: 10_000,
  })
  @IsInt()
  @Min(0)
  @Max(300_000)
  drainTimeoutMs: number;
}
