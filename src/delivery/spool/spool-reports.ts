/** What the spool says of itself to the operator. */
import { type Diagnostic, diagnostic } from '../../core/diagnostic.js'
import { FwError } from '../../core/errors.js'

export interface SpoolReports {
  corrupt(text: string | undefined): void
  /** `text` says what could not be done. */
  disk(text: string, error: unknown): void
  /** `count` undelivered alerts went for want of space. */
  dropped(count: number, maxBytes: number): void
}

export function spoolReports(folder: string, onDiagnostic: (d: Diagnostic) => void): SpoolReports {
  return {
    corrupt: (text) => text && onDiagnostic(diagnostic('FW_SPOOL_CORRUPT', 'spool', text)),
    disk: (text, error) =>
      onDiagnostic(diagnostic('FW_SPOOL_DISK', 'spool', `${diskError(folder, error).message}; ${text}`)),
    dropped: (count, maxBytes) => {
      const text = `${count} undelivered alert(s) dropped: over ${maxBytes} bytes (spool.max_bytes)`
      onDiagnostic(diagnostic('FW_SPOOL_FULL', 'spool', text))
    },
  }
}

/** FW_SPOOL_DISK with what the file system said. */
export function diskError(folder: string, error: unknown): FwError {
  if (error instanceof FwError) return error
  const { code, message } = error as NodeJS.ErrnoException
  return new FwError('FW_SPOOL_DISK', `${folder}: ${code ?? message}`, { cause: error })
}
