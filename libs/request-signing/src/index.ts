export { signRequest, verifyRequest, signatureHeader } from './request-signing.ts';
export type { SignOptions, VerifyOptions } from './request-signing.ts';
