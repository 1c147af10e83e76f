/** The package as a library: what a program may rely on. Versions follow semver for these names and for `scan --json`. */
export type { ConfigFile } from '../config/schema.js'
export type { Alert, AlertEvidence, Kind, Phase } from '../core/alert.js'
export { type FwCode, FwError } from '../core/errors.js'
export type { Mode, Provider } from '../core/settings.js'
export type { Box, Score } from '../core/verdict.js'
export type {
  ErrorLine,
  FrameLine,
  IncidentLine,
  ScanLine,
  SummaryLine,
} from '../scan/lines.js'
export { type BundleOptions, type FrameVerdict, type OpenBundle, openBundle } from './open-bundle.js'
export { type ScanOptions, scanLines as scan } from './scan-lines.js'
