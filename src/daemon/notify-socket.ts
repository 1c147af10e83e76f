/**
 * The socket of systemd's sd_notify(3), written to by this very process. A message by the systemd-notify program has a sender
 * that is gone before systemd can look up to which unit it belongs: 46 of 78 were dropped, and a healthy unit restarted.
 * Node has no AF_UNIX datagram socket, so libc is called.
 */
import { endianness } from 'node:os'

// Linux, the same on x86-64 and arm64
const AF_UNIX = 1
const SOCK_DGRAM = 2
const SOCK_CLOEXEC = 0o2000000
const MSG_DONTWAIT = 0x40
const MSG_NOSIGNAL = 0x4000
/** unix(7): sun_path of a sockaddr_un. */
const MAX_PATH = 108

export interface NotifySocket {
  /** One datagram. False: the receiver is behind, try again later; never waits. Throws when nobody receives there. */
  send(text: string): boolean
  close(): void
}

/** `path` as in NOTIFY_SOCKET: a path, or `@` and an abstract name. Throws for one that cannot be. */
export async function openNotifySocket(path: string): Promise<NotifySocket> {
  const address = addressOf(path)
  const { default: koffi } = await import('koffi')
  const libc = koffi.load(null)
  const socket = libc.func('int socket(int domain, int type, int protocol)')
  const sendto = libc.func(
    'long sendto(int fd, const void *text, size_t size, int flags, const void *to, uint32_t toSize)',
  )
  const close = libc.func('int close(int fd)')
  const failure = (what: string) => new Error(`${what}: errno ${koffi.errno()}`)

  const fd: number = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)
  if (fd < 0) throw failure('socket')
  return {
    send(text) {
      const bytes = Buffer.from(text)
      const sent = sendto(fd, bytes, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL, address, address.length)
      if (sent >= 0) return true
      const { EAGAIN, ENOBUFS } = koffi.os.errno
      if (koffi.errno() === EAGAIN || koffi.errno() === ENOBUFS) return false
      throw failure(path)
    },
    close: () => close(fd),
  }
}

/** sockaddr_un, unix(7). */
function addressOf(path: string): Buffer {
  const abstract = path.startsWith('@')
  if (!abstract && !path.startsWith('/')) throw new Error(`NOTIFY_SOCKET=${path} is no path`)
  const name = Buffer.from(abstract ? `\0${path.slice(1)}` : `${path}\0`)
  if (name.length > MAX_PATH) throw new Error(`NOTIFY_SOCKET=${path} is longer than ${MAX_PATH} bytes`)
  const family = Buffer.alloc(2)
  if (endianness() === 'LE') family.writeUInt16LE(AF_UNIX)
  else family.writeUInt16BE(AF_UNIX)
  return Buffer.concat([family, name])
}
