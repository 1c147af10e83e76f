/** Why a decoder ended: from its messages, its exit and our own timers, as a coded cause. */
import type { FwCode } from '../core/errors.js'
import { printable } from '../core/printable.js'
import type { ChildEnd } from './ffmpeg-child.js'

export interface Cause {
  readonly code: FwCode
  readonly text: string
}

/** What is known at the end of one ffmpeg. */
export interface EndFacts {
  readonly end: ChildEnd
  /** The last lines of stderr, oldest first. */
  readonly stderr: readonly string[]
  readonly frames: number
}

/** First match wins: what names the cause stands before what follows from it. */
const SIGNS: readonly (readonly [RegExp, FwCode, string])[] = [
  // With a login in the settings the relay has heard it first.
  [/\b401 Unauthorized|authorization failed/i, 'FW_CAMERA_AUTH', 'the camera asks for a user name and a password'],
  [/\b403 Forbidden/i, 'FW_CAMERA_AUTH', 'the camera forbids the stream to this user'],
  [/\b404 (Stream )?Not Found/i, 'FW_CAMERA_NOT_FOUND', 'the camera has no stream at this path'],
  [
    /461 Unsupported transport|Protocol not supported/i,
    'FW_CAMERA_TRANSPORT',
    'the camera does not send by this transport',
  ],
  [/failed: 4\d\d|Server returned 4/i, 'FW_CAMERA_NOT_FOUND', 'the camera refuses the stream'],
  [/\b503 Service Unavailable|\b5\d\d [A-Z]/, 'FW_CAMERA_REFUSED', 'the camera is busy or failing'],
  [/Connection refused/i, 'FW_CAMERA_REFUSED', 'nobody listens at this address'],
  [/Failed to resolve hostname|Name or service not known/i, 'FW_CAMERA_DNS', 'the host name is not known'],
  [/No route to host|Network is unreachable|Host is down/i, 'FW_CAMERA_UNREACHABLE', 'the camera cannot be reached'],
  [/Connection timed out|Operation timed out/i, 'FW_CAMERA_TIMEOUT', 'the connection timed out'],
  [
    /Address already in use|Unable to open RTSP for listening/i,
    'FW_CAMERA_REFUSED',
    'the address to listen on is taken',
  ],
  [
    /does not contain any stream|matches no streams|Invalid (file|stream) (index|specifier)|Cannot find a matching stream/i,
    'FW_CAMERA_AUDIO_ONLY',
    'the stream carries no video',
  ],
  [
    /Unknown decoder|Decoder \(codec [^)]*\) not found|no decoder|Unsupported codec|Decoding requested, but no decoder/i,
    'FW_CAMERA_CODEC',
    'this ffmpeg has no decoder for the stream',
  ],
  [
    /hwaccel|Device creation failed|Cannot load .*(cuda|nvcuvid)|Could not find a valid device|No device available|Failed to initialise VAAPI/i,
    'FW_CAMERA_CODEC',
    'the hardware decoder does not start',
  ],
  [/Could not find codec parameters|unspecified size/i, 'FW_CAMERA_DATA', 'the stream does not say its size or codec'],
  [/No such file or directory|Permission denied|Is a directory/i, 'FW_SOURCE', 'the file cannot be read'],
  [
    /moov atom not found|not on whitelist|Invalid data found when processing input|Error while decoding|partial file|Truncat|End of file/i,
    'FW_CAMERA_DATA',
    'the data cannot be decoded',
  ],
]

/** The cause of an end that we did not bring about. */
export function exitCause({ end, stderr, frames }: EndFacts): Cause {
  if (end.error !== undefined) return { code: 'FW_FFMPEG_MISSING', text: `ffmpeg does not start (${end.error})` }
  // A crash says nothing on stderr. Codes above 128 are no signals: 9.0 exits with 256 - errno.
  if (end.signal !== null) return { code: 'FW_CAMERA_CRASH', text: `ffmpeg crashed (${end.signal})` }
  // Once frames have flowed, messages about damaged pictures are no cause of an end.
  const lines = frames > 0 ? stderr.slice(-3) : stderr
  for (const [sign, code, text] of SIGNS) {
    const line = lines.find((l) => sign.test(l))
    if (line !== undefined && !(frames > 0 && code === 'FW_CAMERA_DATA'))
      return { code, text: `${text} (${plain(line)})` }
  }
  const said = stderr.length > 0 ? `: ${plain(stderr.at(-1)!)}` : ''
  if (frames > 0) return { code: 'FW_CAMERA_ENDED', text: `the stream ended after ${frames} frames` }
  if (end.rc === 0) return { code: 'FW_CAMERA_ENDED', text: `the stream ended without a frame${said}` }
  return { code: 'FW_CAMERA_DATA', text: `ffmpeg gave up with exit code ${end.rc}${said}` }
}

/** A line of stderr, fit for a terminal, without its addresses in memory, level and credentials. */
export function plain(line: string): string {
  const text = line
    .replace(/ @ 0x[0-9a-f]+/g, '')
    .replace(/\[(fatal|error|warning|info|panic)\] /g, '')
    .replace(/\/\/[^/@\s]*@/g, '//***@')
    .trim()
    .slice(0, 300)
  return printable(text)
}
