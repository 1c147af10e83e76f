/** Hardware decoders by name: what stands before -i. */
import type { Decode } from '../core/settings.js'

/**
 * Arguments of a preset. Presets that name a decoder do so per codec, and the codec is not known before the stream
 * is open: `attempt` (0-based) takes H.264 and HEVC in turn.
 * cuda and vaapi copy the decoded picture to memory, where it is scaled (ffmpeg's -hwaccel without an output format).
 */
export function presetArgs(decode: Decode, attempt = 0): readonly string[] {
  const codec = attempt % 2 === 0 ? 'h264' : 'hevc'
  switch (decode) {
    case 'none':
      return []
    case 'cuda':
      return ['-hwaccel', 'cuda']
    case 'vaapi':
      return ['-hwaccel', 'vaapi', '-hwaccel_device', '/dev/dri/renderD128']
    case 'v4l2m2m':
    case 'nvmpi':
    case 'nvv4l2dec':
      return ['-c:v', `${codec}_${decode}`]
  }
}
