import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FakeMailGateway } from './fake-mail.gateway.ts';
import { mailConformance } from './mail.conformance.ts';
import { FileMailGateway, SmtpMailGateway } from './nodemailer-mail.gateway.ts';

const from = 'Sluice <no-reply@sluice.invalid>';
const mail = { key: 'k', to: 'ada@example.com', subject: 'Hello', text: 'Dear Ada,' };

/** An SMTP server that takes mails, or answers a command with something else; `close` breaks the connection. */
async function startSmtp(answers: Readonly<Record<string, string>> = {}) {
  const mails: string[] = [];
  const serve = (socket: Socket): void => {
    let text: string | undefined;
    socket.on('error', () => {});
    socket.write('220 test\r\n');
    socket.on('data', (chunk) => {
      if (text !== undefined) text += chunk.toString();
      if (text?.endsWith('\r\n.\r\n')) {
        mails.push(text);
        text = undefined;
        if (answers['.'] === 'close') return void socket.destroy();
        return void socket.write('250 taken\r\n');
      }
      if (text !== undefined) return;
      const verb = chunk.toString().slice(0, 4).toUpperCase();
      const answer = answers[verb];
      if (answer === 'close') return void socket.destroy();
      if (verb === 'DATA' && answer === undefined) text = '';
      socket.write(`${answer ?? (verb === 'DATA' ? '354 go on' : '250 ok')}\r\n`);
    });
  };
  const server: Server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => new Promise<void>((resolve) => void server.close(() => resolve()));
  return { mails, smtpUrl: `smtp://127.0.0.1:${port}/?ignoreTLS=true`, close };
}

describe('FakeMailGateway', () => {
  mailConformance(async () => {
    const gateway = new FakeMailGateway();
    return {
      gateway,
      arrived: async () => gateway.mails.map((one) => one.text),
      close: async () => {},
    };
  });
});

describe('FileMailGateway', () => {
  mailConformance(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'sluice-mail-'));
    return {
      gateway: new FileMailGateway({ directory, from }),
      arrived: async () => {
        const names = await readdir(directory);
        return await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')));
      },
      close: () => rm(directory, { recursive: true }),
    };
  });
});

describe('SmtpMailGateway', () => {
  mailConformance(async () => {
    const { mails, smtpUrl, close } = await startSmtp();
    return { gateway: new SmtpMailGateway({ smtpUrl, from }), arrived: async () => mails, close };
  });
});

describe('SmtpMailGateway', () => {
  it('knows that nothing was sent when the server cannot be reached', async () => {
    const { smtpUrl, close } = await startSmtp();
    await close();

    const sending = new SmtpMailGateway({ smtpUrl, from }).send(mail);

    await expect(sending).rejects.toMatchObject({ code: 'MAIL_NOT_SENT' });
  });

  it('knows that nothing was sent when the server asks to wait', async () => {
    const { smtpUrl, close } = await startSmtp({ RCPT: '450 later' });

    const sending = new SmtpMailGateway({ smtpUrl, from }).send(mail);

    await expect(sending).rejects.toMatchObject({ code: 'MAIL_NOT_SENT' });
    await close();
  });

  it('is refused when the server knows no such mailbox', async () => {
    const { smtpUrl, close } = await startSmtp({ RCPT: '550 no such mailbox' });

    const sending = new SmtpMailGateway({ smtpUrl, from }).send(mail);

    await expect(sending).rejects.toMatchObject({ code: 'MAIL_REFUSED' });
    await close();
  });

  it('leaves the outcome open when the answer to the text is lost', async () => {
    const { smtpUrl, close } = await startSmtp({ '.': 'close' });

    const failure = await new SmtpMailGateway({ smtpUrl, from }).send(mail).catch((error) => error);

    expect(failure).toBeInstanceOf(Error);
    expect(['MAIL_NOT_SENT', 'MAIL_REFUSED']).not.toContain(failure.code);
    await close();
  });
});
