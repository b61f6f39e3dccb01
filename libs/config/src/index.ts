export { Setting, describeSettings } from './setting.ts';
export type { SettingDescription, SettingOptions } from './setting.ts';
export { SettingsFailure, loadSettings } from './load.ts';
export { ServiceSettings } from './service-settings.ts';
