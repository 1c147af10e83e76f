/** Certificates for the TLS tests, made on the spot: X.509 v3 in DER (RFC 5280), ECDSA P-256. No key lies in the repository. */
import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { isIPv4 } from 'node:net'

export interface Certificate {
  readonly cert: string
  readonly key: string
}

const ECDSA_SHA256 = sequence(oid([1, 2, 840, 10045, 4, 3, 2]))

/** A self-signed authority. */
export function authority(name: string): Certificate {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return issue(name, name, pair.publicKey, pair.privateKey, pair.privateKey, [
    extension([2, 5, 29, 19], sequence(tlv(0x01, Buffer.from([0xff]))), true),
  ])
}

/** A server's certificate for a DNS name or an IPv4 address, signed by `ca` (whose subject is `caName`). */
export function serverCertificate(ca: Certificate, caName: string, host: string): Certificate {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const alternative = isIPv4(host) ? tlv(0x87, Buffer.from(host.split('.').map(Number))) : tlv(0x82, Buffer.from(host))
  return issue(host, caName, pair.publicKey, pair.privateKey, createPrivateKey(ca.key), [
    extension([2, 5, 29, 17], sequence(alternative)),
  ])
}

function issue(
  subject: string,
  issuer: string,
  publicKey: KeyObject,
  key: KeyObject,
  signer: KeyObject,
  extensions: Buffer[],
): Certificate {
  const now = Date.now()
  const tbs = sequence(
    tlv(0xa0, integer(2)),
    integer(Math.floor(Math.random() * 0x7fffffff)),
    ECDSA_SHA256,
    named(issuer),
    sequence(utcTime(now - 3_600_000), utcTime(now + 86_400_000)),
    named(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(...extensions)),
  )
  const der = sequence(tbs, ECDSA_SHA256, tlv(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', tbs, signer)])))
  const body = der.toString('base64').replace(/(.{64})/g, '$1\n')
  const cert = `-----BEGIN CERTIFICATE-----\n${body.trimEnd()}\n-----END CERTIFICATE-----\n`
  return { cert, key: key.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

function tlv(tag: number, content: Buffer): Buffer {
  const n = content.length
  const length = n < 128 ? [n] : n < 256 ? [0x81, n] : [0x82, n >> 8, n & 255]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}

function sequence(...parts: Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts))
}

function integer(value: number): Buffer {
  const bytes = Buffer.from([value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255])
  const first = bytes.findIndex((b) => b !== 0)
  const short = bytes.subarray(first < 0 ? 3 : first)
  return tlv(0x02, short[0]! >= 128 ? Buffer.concat([Buffer.from([0]), short]) : short)
}

function oid([first, second, ...rest]: number[]): Buffer {
  const bytes = [first! * 40 + second!]
  for (const arc of rest) {
    const groups = [arc & 127]
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 127) | 128)
    bytes.push(...groups)
  }
  return tlv(0x06, Buffer.from(bytes))
}

function named(commonName: string): Buffer {
  return sequence(tlv(0x31, sequence(oid([2, 5, 4, 3]), tlv(0x0c, Buffer.from(commonName)))))
}

function utcTime(ms: number): Buffer {
  const text = new Date(ms).toISOString().replace(/[-:T]/g, '')
  return tlv(0x17, Buffer.from(`${text.slice(2, 14)}Z`))
}

function extension(id: number[], value: Buffer, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [tlv(0x01, Buffer.from([0xff]))] : []), tlv(0x04, value))
}
