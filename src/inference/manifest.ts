/** manifest.json of a model bundle, checked at the border. Contract: `models/<name>/manifest.json`, framewarden/bundle/1. */
import { z } from 'zod'
import type { Calibration } from '../core/calibration.js'
import { FwError } from '../core/errors.js'
import { LEVEL_FEATURES } from '../core/level.js'

export const BUNDLE_SCHEMA = 'framewarden/bundle/1'

/** A plain file name: a manifest may not reach outside its own folder. */
const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'must be a file name without folders')
const file = z.object({ path: fileName, sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int().positive() })
const tensor = z.object({
  name: z.string().min(1),
  type: z.enum(['uint8', 'float32', 'float16', 'int64']),
  shape: z.array(z.union([z.int().positive(), z.string()])),
  meaning: z.string().optional(),
})
const graph = z.object({
  file: z.string(),
  /** Other files of the same graph, by precision; `file` is the best one for CPUs. */
  variants: z.partialRecord(z.enum(['fp32', 'int8', 'fp16']), z.string()).optional(),
  inputs: z.array(tensor).length(1),
  outputs: z.array(tensor).min(1),
})
const calibration: z.ZodType<Calibration> = z.object({
  frames: z.int().positive(),
  quantiles: z
    .array(z.tuple([z.number().min(0).max(1), z.number()]))
    .min(2)
    .refine(rising, 'must rise'),
  tail: z.object({ u: z.number(), z: z.number().min(0).max(1), xi: z.number(), beta: z.number().positive() }),
})
const tail = z.object({
  u: z.number(),
  z: z.number().positive().max(1),
  xi: z.number().min(0).max(1),
  beta: z.number().positive(),
})
const prior = z.object({ ceiling: z.number(), drift: z.number().positive(), upper: tail })
/** Frames (gzipped I420) with what the networks say of them where the bundle was made. */
const golden = z.object({
  tolerance: z.object({ score: z.number().positive(), level: z.number().positive() }),
  frames: z.array(
    z.object({
      file: z.string(),
      width: z.int().positive(),
      height: z.int().positive(),
      screen: z.number(),
      chain: z.number(),
      level: z.number(),
    }),
  ),
})
const numbers = z.array(z.number())
/** core/level.ts. `chain`: SHA-256 of the graph that it was fitted to. */
const level = z
  .object({
    chain: z.string(),
    centre: numbers.length(LEVEL_FEATURES),
    scale: numbers.length(LEVEL_FEATURES),
    hidden: z.array(numbers.length(LEVEL_FEATURES + 1)).min(1),
    level: numbers,
    error: numbers,
    most_error: z.number().positive(),
  })
  .refine(({ hidden, level, error }) => level.length === hidden.length + 1 && error.length === level.length, {
    message: 'weights do not fit together',
  })
const signature = z.object({ algorithm: z.literal('ed25519'), key: z.string(), value: z.string() })

const common = z.object({
  schema: z.literal(BUNDLE_SCHEMA),
  name: z.string().regex(/^[a-z0-9-]+$/),
  version: z.string().min(1),
  licence: z.string(),
  licence_notes: z.array(z.string()),
  files: z.record(z.string(), file),
  opset: z.int(),
  training: z.record(z.string(), z.unknown()),
  figures: z.record(z.string(), z.unknown()),
  signature: signature.optional(),
})

const cameraManifest = common.extend({
  task: z.string(),
  pixel_format: z.literal('yuv420p'),
  range: z.literal('tv'),
  matrix: z.literal('bt601'),
  multiple_of: z.int().positive(),
  graphs: z.object({ screen: graph, chain: graph }),
  thresholds: z.object({ suspicious: z.number(), flagged: z.number() }),
  calibration: z.object({ split: z.string(), cascade: calibration, full: calibration }),
  /** How clean values stray at any camera (core/baseline/priors.ts); bundles from before have none. */
  priors: z.object({ screen: prior, chain: prior, noise: prior }).optional(),
  golden: golden.optional(),
  /** How a perturbed frame's level is told; null: it is not, absent: by the chain's own output. */
  level: level.nullable().optional(),
})
const classificationManifest = common.extend({
  task: z.literal('classification'),
  pixel_format: z.literal('rgb24'),
  graphs: z.object({ target: graph, chain: graph }),
  classes: z.array(z.string()).min(2),
  thresholds: z.object({ flagged: z.number() }),
  /** Of the mapping network, on a flagged picture. */
  max_passes: z.int().min(1).max(10).default(3),
})

export type GraphSpec = z.infer<typeof graph>
export type Precision = 'fp32' | 'int8' | 'fp16'
export type ClassificationManifest = z.infer<typeof classificationManifest>
/** A bundle of any other task than classification is one for cameras. */
export type CameraManifest = Omit<z.infer<typeof cameraManifest>, 'calibration'> & {
  readonly calibration: { readonly split: string; readonly cascade: Calibration; readonly full: Calibration }
}
export type Manifest = CameraManifest | ClassificationManifest

export function isClassification(manifest: { readonly task: string }): manifest is ClassificationManifest {
  return manifest.task === 'classification'
}

/** Parses `text`, read from `path`. Throws FW_MODEL_MANIFEST with the place of the first bad key. */
export function parseManifest(text: string, path: string): Manifest {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new FwError('FW_MODEL_MANIFEST', `${path}: no JSON (${(cause as Error).message})`, { cause })
  }
  const classes = typeof value === 'object' && value !== null && 'task' in value && value.task === 'classification'
  const parsed = (classes ? classificationManifest : cameraManifest).safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    throw new FwError('FW_MODEL_MANIFEST', `${path}: ${issue.path.join('.') || 'manifest'}: ${issue.message}`)
  }
  for (const [name, { file: key, variants = {} }] of Object.entries(parsed.data.graphs)) {
    const unknown = [key, ...Object.values(variants)].find((k) => !(k in parsed.data.files))
    if (unknown !== undefined) {
      throw new FwError('FW_MODEL_MANIFEST', `${path}: graphs.${name}: file '${unknown}' is not among files`)
    }
  }
  if (!isClassification(parsed.data)) checkLevel(parsed.data, path)
  const golden = 'golden' in parsed.data ? (parsed.data.golden?.frames ?? []) : []
  const missing = golden.find((frame) => !(frame.file in parsed.data.files))
  if (missing) throw new FwError('FW_MODEL_MANIFEST', `${path}: golden: file '${missing.file}' is not among files`)
  return parsed.data
}

/** Another chain takes other things away. */
function checkLevel({ level, graphs, files }: z.infer<typeof cameraManifest>, path: string): void {
  if (level && level.chain !== files[graphs.chain.file]!.sha256)
    throw new FwError('FW_MODEL_MANIFEST', `${path}: level.chain: fitted to another chain, ${level.chain.slice(0, 12)}`)
}

function rising(quantiles: readonly (readonly [number, number])[]): boolean {
  return quantiles.every(
    ([share, score], i) => i === 0 || (share >= quantiles[i - 1]![0] && score >= quantiles[i - 1]![1]),
  )
}
