/** The part of kafkajs' encoder that it uses of the finished body of a request. */
export interface EncodedRequest {
  readonly buf: Buffer;
  readonly buffer: Buffer;
  size(): number;
}
