/** The configuration that the demo writes: one that a person can read, change and run. Pure. */

export interface DemoConfig {
  readonly stateDir: string
  readonly brokerUrl: string
  /** HOST:PORT */
  readonly http: string
  readonly camera: DemoCameraConfig
}

export interface DemoCameraConfig {
  readonly id: string
  readonly url: string
  /** The street camera pushes to us. */
  readonly listen: boolean
  readonly username?: string
  /** Name of the variable that holds the password. */
  readonly passwordEnv?: string
}

export const DEMO_UNIT = 'demo'

/** Commented YAML; every value stands as a JSON string, which is YAML, so that no path or name can break it. */
export function configText({ stateDir, brokerUrl, http, camera }: DemoConfig): string {
  const q = JSON.stringify
  const lines = [
    '# Written by `framewarden demo`, and run by it as `framewarden run --config` with this file.',
    '# `framewarden schema` lists every key; those that are missing here have their defaults.',
    '',
    '# Names this unit in topics: framewarden/demo/…',
    `unit: ${DEMO_UNIT}`,
    '',
    '# Alerts that wait for the broker, pictures as evidence, open incidents.',
    `state_dir: ${q(stateDir)}`,
    '',
    '# The broker inside the demo: put your own here. mqtts:// with ca, cert and key for TLS.',
    'mqtt:',
    `  url: ${q(brokerUrl)}`,
    '',
    '# Page, metrics and health: open it in a browser while the demo runs.',
    'http:',
    `  listen: ${q(http)}`,
    '',
    'cameras:',
    `  - id: ${camera.id}`,
    ...(camera.listen
      ? ['    # The street camera pushes its stream to us; a camera of yours is asked for it: leave listen out.']
      : []),
    `    url: ${q(camera.url)}`,
    ...(camera.listen ? ['    listen: true'] : []),
    ...(camera.username === undefined ? [] : [`    username: ${q(camera.username)}`]),
    ...(camera.passwordEnv === undefined
      ? []
      : [
          '    # Secrets are never in this file: a variable, a file or a systemd credential holds them.',
          `    password: { env: ${camera.passwordEnv} }`,
        ]),
    '    detection:',
    '      # Quiet for this long ends an incident. 10s when it is not given: the demo is short.',
    '      clear_after: 3s',
    '',
  ]
  return lines.join('\n')
}
