/** ffmpeg's framecrc lines on fd 3, one for each picture on stdout. */

export interface TimeLine {
  /** Presentation time in microseconds; NaN where the stream has none. */
  readonly ptsUs: number
  /** Rows of the picture. */
  readonly height: number
  /** Changes when the stream's aspect does. */
  readonly shape: string
}

/** The marker output is 2 pixels wide, I420: 3 bytes a row. */
const BYTES_PER_ROW = 3
const MAX_LINE = 4096

/** A parser that takes the descriptor's chunks and calls back for each whole line. Throws on what framecrc never writes. */
export function timeLines(onLine: (line: TimeLine) => void): (chunk: string) => void {
  let rest = ''
  return (chunk) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > MAX_LINE) throw new Error('fd 3: a line without end')
    for (const line of lines) if (line !== '' && !line.startsWith('#')) onLine(parseTimeLine(line))
  }
}

/** `stream, dts, pts, duration, size, crc` */
export function parseTimeLine(line: string): TimeLine {
  const fields = line.split(',').map((field) => field.trim())
  const height = Number(fields[4]) / BYTES_PER_ROW
  const shape = fields[5]
  if (shape === undefined || !Number.isInteger(height) || height < 1)
    throw new Error(`fd 3: not a time line: '${line}'`)
  return { ptsUs: Number(fields[2]), height, shape }
}
