export { counterValue } from './counter-value.ts';
export { hostSettings, startTestService } from './test-service.ts';
export type { TestService, TestServiceOptions } from './test-service.ts';
export { sendJson } from './send-json.ts';
export type { Answer, TestRequest } from './send-json.ts';
export { startSandbox } from './sandbox-process.ts';
export type { SandboxProcess } from './sandbox-process.ts';
