/** The commands of `framewarden`, in the order of its help. Each is loaded only when it is asked for. */
import type { Command } from './command.js'

export interface CommandEntry {
  readonly name: string
  /** One line for the list of commands; the same as the command's own. */
  readonly summary: string
  load(): Promise<Command>
}

export const commands: readonly CommandEntry[] = [
  {
    name: 'run',
    summary: 'Guard the cameras of a configuration',
    load: async () => (await import('./run.js')).runCommand,
  },
  {
    name: 'demo',
    summary: 'Show the guard at work on a drawn street, or on a camera of yours',
    load: async () => (await import('./demo.js')).demo,
  },
  {
    name: 'scan',
    summary: 'Judge clips, pictures or a stream, and say where they are perturbed',
    load: async () => (await import('./scan.js')).scanCommand,
  },
  {
    name: 'calibrate',
    summary: "Learn a camera's clean past at once, and show it",
    load: async () => (await import('./calibrate.js')).calibrate,
  },
  {
    name: 'check-config',
    summary: 'Check a configuration and point at what is wrong',
    load: async () => (await import('./check-config.js')).checkConfig,
  },
  {
    name: 'schema',
    summary: 'Every key of the configuration, and the payloads as JSON Schema',
    load: async () => (await import('./schema.js')).schema,
  },
  {
    name: 'doctor',
    summary: 'Say what is there, what is missing, and what to do about it',
    load: async () => (await import('./doctor.js')).doctorCommand,
  },
  {
    name: 'drill',
    summary: "Test a camera's alarm, from its decoded frames to the broker",
    load: async () => (await import('./drill.js')).drillCommand,
  },
  {
    name: 'incidents',
    summary: 'What the unit has raised, and who has seen it',
    load: async () => (await import('./incidents.js')).incidentsCommand,
  },
  {
    name: 'probe',
    summary: 'Look at a camera: codec, size, rate, and the transport that works',
    load: async () => (await import('./probe.js')).probe,
  },
  {
    name: 'models',
    summary: 'Verify bundles of networks, and sign them',
    load: async () => (await import('./models.js')).modelsCommand,
  },
  {
    name: 'evaluate',
    summary: "A bundle's figures on a folder of labelled pictures",
    load: async () => (await import('./evaluate.js')).evaluateCommand,
  },
]
