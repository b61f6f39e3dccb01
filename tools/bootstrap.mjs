/**
 * Prepares a fresh checkout: plain JavaScript without dependencies, so that any Node from 20 on can run it.
 * Installs the locked packages when they are missing or the lock file has changed, and says so in one line.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_MAJOR_MIN = 20;
const OUTPUT_BYTES_MAX = 64 * 1024;
const PROGRESS_EVERY_MS = 10_000;

/** A fault of the machine, told in one paragraph: what is wrong, then what to do. */
class BootstrapFailure extends Error {}

export function checkNodeVersion(version) {
  const major = Number.parseInt(version, 10);
  if (major >= NODE_MAJOR_MIN) return;
  throw new BootstrapFailure(
    `Sluice needs Node ${NODE_MAJOR_MIN} or newer to install itself, and this is Node ${version}. ` +
      'Install a current Node with npm, then run the same command again.',
  );
}

/** The stamp changes whenever another set of packages would be installed. */
export function installStamp(root) {
  const hash = createHash('sha256');
  hash.update(readFileSync(join(root, 'package-lock.json')));
  hash.update(`${process.platform}-${process.arch}`);
  return hash.digest('hex');
}

export function isInstalled(root) {
  const stampFile = join(root, 'node_modules', '.sluice-stamp');
  const stamp = installStamp(root);
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return true;
  if (!isInstalledByHand(root)) return false;
  writeFileSync(stampFile, stamp);
  return true;
}

/** After `npm install` by hand, npm's own record of what it installed says the same as the lock file. */
function isInstalledByHand(root) {
  const recordFile = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(recordFile)) return false;
  const record = JSON.parse(readFileSync(recordFile, 'utf8')).packages ?? {};
  const locked = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages ?? {};
  return Object.entries(locked)
    .filter(([path, entry]) => path.includes('node_modules/') && !entry.optional && !entry.peer)
    .every(([path, entry]) => record[path]?.version === entry.version);
}

/** npm names the cause first and then gives general advice, where its log is for example. */
function causeNamedByNpm(output) {
  const lines = output.split('\n').map((line) => line.replace(/^npm (?:error|ERR!) ?/, '').trim());
  const sentences = lines.filter((line) => line !== '' && !/^(?:code|syscall|errno) /.test(line));
  return sentences.slice(0, 2).join(' ');
}

/** Turns what npm printed into a paragraph that a newcomer can act on. */
export function explainInstallFailure(output) {
  const said = causeNamedByNpm(output);
  if (/ENOSPC|no space left/i.test(output)) {
    return (
      'The packages could not be installed because the disk is full. ' +
      'Free about 2 GB on this disk and run the same command again.'
    );
  }
  if (
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|E50\d|network/i.test(output)
  ) {
    return (
      'The package registry cannot be reached, so the packages could not be installed. ' +
      'Check the network, the proxy and the registry that `npm config get registry` names, ' +
      `then run the same command again. npm said: ${said}`
    );
  }
  return `The packages could not be installed with \`npm ci\`. npm said: ${said}`;
}

/** The checkout's own node is deleted while npm works, so npm must run on the system's. */
function pathWithoutCheckout(root) {
  const parts = (process.env.PATH ?? '').split(delimiter);
  return parts.filter((part) => !`${part}${sep}`.startsWith(`${root}${sep}`)).join(delimiter);
}

function runNpmCi(root) {
  const env = { ...process.env, PATH: pathWithoutCheckout(root) };
  const options = { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] };
  const windows = process.platform === 'win32';
  // npm's own pauses between its tries add up to more than a minute before a newcomer is told anything.
  const patience = ['--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=8000'];
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', ...patience];
  const child = spawn(windows ? 'npm.cmd' : 'npm', args, { ...options, shell: windows });
  return new Promise((resolve, reject) => {
    let output = '';
    const keep = (chunk) => {
      output = (output + chunk.toString()).slice(-OUTPUT_BYTES_MAX);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', () =>
      reject(
        new BootstrapFailure(
          'The command `npm` was not found. Install Node together with npm, then run the same command again.',
        ),
      ),
    );
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new BootstrapFailure(explainInstallFailure(output))),
    );
  });
}

export async function bootstrap(root) {
  checkNodeVersion(process.versions.node);
  if (isInstalled(root)) return;
  const startedAt = Date.now();
  const seconds = () => `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
  process.stderr.write('Installing the packages of package-lock.json (once per change) …\n');
  const progress = setInterval(() => {
    process.stderr.write(`  … still installing (${seconds()})\n`);
  }, PROGRESS_EVERY_MS);
  try {
    await runNpmCi(root);
    writeFileSync(join(root, 'node_modules', '.sluice-stamp'), installStamp(root));
  } finally {
    clearInterval(progress);
  }
  process.stderr.write(`Packages installed in ${seconds()}.\n`);
}

const self = fileURLToPath(import.meta.url);
if (process.argv[1] && realpathSync(process.argv[1]) === realpathSync(self)) {
  bootstrap(resolve(self, '..', '..')).catch((error) => {
    const known = error instanceof BootstrapFailure || error.code === 'ENOSPC';
    const text = error.code === 'ENOSPC' ? explainInstallFailure('ENOSPC') : error.message;
    process.stderr.write(`\n${known ? text : (error.stack ?? text)}\n`);
    process.exitCode = 1;
  });
}
