import {
  Column,
  CreateDateColumn,
  Entity,
  Index,
  PrimaryColumn,
  PrimaryGeneratedColumn,
} from 'typeorm';

@Entity('outbox')
@Index(['id'], { where: 'published_at is null' })
export class OutboxMessage {
  @PrimaryGeneratedColumn({ type: 'bigint' })
  id: string;

  @Column('text')
  topic: string;

  @Column('text')
  key: string;

  @Column('jsonb')
  payload: object;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'published_at', nullable: true })
  publishedAt: Date | null;
}

@Entity('inbox')
export class InboxMessage {
  @PrimaryColumn('text', { name: 'event_id' })
  eventId: string;

  @CreateDateColumn({ type: 'timestamptz', name: 'received_at' })
  receivedAt: Date;
}

@Entity('payment')
export class Payment {
  @PrimaryColumn('text')
  id: string;

  @Column('text', { name: 'order_id' })
  orderId: string;

  @Column('bigint', { name: 'amount_minor' })
  amountMinor: string;

  @Column('text')
  currency: string;

  @Column('integer')
  events: number;
}

@Entity('webhook')
@Index(['eventType', 'transactionId'], { unique: true })
export class Webhook {
  @PrimaryGeneratedColumn({ type: 'bigint' })
  id: string;

  @Column('text', { name: 'event_type' })
  eventType: string;

  @Column('text', { name: 'transaction_id' })
  transactionId: string;

  @Column('jsonb')
  payload: object;

  @CreateDateColumn({ type: 'timestamptz', name: 'received_at' })
  receivedAt: Date;
}
