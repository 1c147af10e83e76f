/** Mosquitto as a child process: Debian's package, a config file of its own, certificates made here by openssl. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../fixtures/daemon.js'

const PLACES = [
  '/usr/sbin/mosquitto',
  '/usr/local/sbin/mosquitto',
  '/usr/bin/mosquitto',
  '/opt/homebrew/sbin/mosquitto',
]

export interface Mosquitto {
  readonly port: number
  readonly folder: string
  start(): Promise<void>
  kill(): Promise<void>
  /** SIGTERM: it keeps what it has to keep. */
  stop(): Promise<void>
  /** Stops the process where it is: the connections stay, nothing answers. */
  freeze(): void
  thaw(): void
  /** Takes its files anew, rights among them. */
  reload(): void
  /** What it has logged since it was started, line by line. */
  log(): string[]
  remove(): Promise<void>
}

export interface Certificates {
  readonly ca: string
  readonly serverCert: string
  readonly serverKey: string
  readonly clientCert: string
  readonly clientKey: string
}

/** `config` gets the folder, for files beside it. */
export async function startMosquitto(config: (folder: string) => Promise<string[]> | string[]): Promise<Mosquitto> {
  const program = PLACES.find((place) => existsSync(place))
  if (!program) throw new Error('mosquitto is missing. Debian: apt install mosquitto')
  const folder = await mkdtemp(join(tmpdir(), 'mosquitto-'))
  await chmod(folder, 0o755) // started as root, it drops to its own user
  const port = await freePort()
  const lines = [`listener ${port} 127.0.0.1`, 'log_type all', ...(await config(folder))]
  const file = join(folder, 'mosquitto.conf')
  await writeFile(file, `${lines.join('\n')}\n`)
  let child: ChildProcess | undefined
  let log = ''

  async function start(): Promise<void> {
    const started = spawn(program!, ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] })
    child = started
    await new Promise<void>((resolve, reject) => {
      started.stderr!.on('data', (text) => {
        log += text
        if (/mosquitto version \S+ running/.test(log)) resolve()
      })
      started.once('exit', (code) => reject(new Error(`mosquitto ended with ${code}: ${log}`)))
    })
  }

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
    log = ''
  }

  await start()
  return {
    port,
    folder,
    start,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    freeze: () => child?.kill('SIGSTOP'),
    thaw: () => child?.kill('SIGCONT'),
    reload: () => child?.kill('SIGHUP'),
    log: () => log.split('\n'),
    remove: async () => {
      await end('SIGKILL')
      await rm(folder, { recursive: true })
    },
  }
}

/** A test CA with a server's certificate for `localhost` and a client's for `gate-7`. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  const run = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  run('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=test authority')
  for (const [name, subject, extra] of [
    ['server', '/CN=localhost', 'subjectAltName=DNS:localhost'],
    ['client', '/CN=gate-7', 'extendedKeyUsage=clientAuth'],
  ] as const) {
    const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-addext', extra]
    run('req', '-x509', ...key, ...signed, '-keyout', `${name}.key`, '-out', `${name}.pem`, '-subj', subject)
    await chmod(join(folder, `${name}.key`), 0o644) // of a test; mosquitto's user reads it
  }
  const read = (name: string) => readFile(join(folder, name), 'utf8')
  return {
    ca: await read('ca.pem'),
    serverCert: join(folder, 'server.pem'),
    serverKey: join(folder, 'server.key'),
    clientCert: await read('client.pem'),
    clientKey: await read('client.key'),
  }
}
