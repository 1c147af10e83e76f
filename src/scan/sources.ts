/** What `scan` was asked to look at: files, folders of pictures or clips, addresses. */
import { readdir, stat } from 'node:fs/promises'
import { extname, join, relative } from 'node:path'
import { FwError } from '../core/errors.js'

/** `name` is what the user typed, or the path inside the folder typed; a picture has no time, a stream no end. */
export interface ScanSource {
  readonly name: string
  readonly kind: 'picture' | 'clip' | 'stream'
}

/** A source that cannot be scanned, and why. */
export interface BadSource {
  readonly name: string
  readonly error: FwError
}

const PICTURES = ['.bmp', '.jpeg', '.jpg', '.png', '.tif', '.tiff', '.webp']
const CLIPS =
  '.264 .265 .3gp .avi .flv .h264 .h265 .hevc .m2ts .m4v .mjpeg .mjpg .mkv .mov .mp4 .mpeg .mpg .ogv .ts .webm .wmv .y4m'.split(
    ' ',
  )

/** In the order typed; a folder gives its pictures and clips by name, `recursive` also those of the folders inside it. */
export async function expandSources(
  names: readonly string[],
  { recursive = false } = {},
): Promise<readonly (ScanSource | BadSource)[]> {
  const found = await Promise.all(names.map((name) => expand(name, recursive)))
  return found.flat()
}

export function isBad(source: ScanSource | BadSource): source is BadSource {
  return 'error' in source
}

async function expand(name: string, recursive: boolean): Promise<readonly (ScanSource | BadSource)[]> {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(name)) return [{ name, kind: name.startsWith('file:') ? 'clip' : 'stream' }]
  try {
    if (!(await stat(name)).isDirectory()) return [{ name, kind: kindOf(name) ?? 'clip' }]
    const inside = (await readdir(name, { withFileTypes: true, recursive }))
      .filter((entry) => entry.isFile() || entry.isSymbolicLink())
      .map((entry) => relative(name, join(entry.parentPath, entry.name)))
      .sort()
    const sources = inside.flatMap((file) => {
      const kind = kindOf(file)
      return kind ? [{ name: join(name, file), kind }] : []
    })
    if (sources.length > 0) return sources
    return [{ name, error: new FwError('FW_SOURCE', `${name}: no picture or clip in this folder`) }]
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unreadable'
    return [{ name, error: new FwError('FW_SOURCE', `${name}: ${code}`, { cause }) }]
  }
}

function kindOf(file: string): 'picture' | 'clip' | undefined {
  const extension = extname(file).toLowerCase()
  if (PICTURES.includes(extension)) return 'picture'
  return CLIPS.includes(extension) ? 'clip' : undefined
}
