/** Keys of one camera; `defaults:` takes the same. */
import { z } from 'zod'
import { address, networkIssue, streamIssue } from './address.js'
import { duration, durationKey, key, line, SECRET_TAKES, secretRef, slug } from './leaf.js'

const url = key(address(streamIssue), {
  description: 'Stream of the camera, or a recorded file for trials. User name and password are keys of their own.',
  takes: 'rtsp://, rtsps://, file:// or the path of a file',
  effect: 'camera',
})

const timeouts = z
  .strictObject({
    connect: durationKey('100ms', '10m', '10s', {
      description: 'Until the camera has answered.',
      effect: 'camera',
    }),
    first_frame: durationKey('100ms', '10m', '15s', {
      description: 'From the answer to the first picture; some cameras wait for their next key frame.',
      effect: 'camera',
    }),
    stall: durationKey('100ms', '10m', '5s', {
      description: 'Without a picture for this long the stream is opened again.',
      effect: 'camera',
    }),
    frozen: durationKey('1s', '1d', '30s', {
      description: 'The same picture for this long counts as frozen.',
      effect: 'camera',
    }),
  })
  .prefault({})

const frame = z
  .strictObject({
    width: key(z.int().min(64).max(1920).multipleOf(8).prefault(640), {
      description: 'Width at which frames are judged; the height follows the picture.',
      takes: 'a multiple of 8 from 64 to 1920',
      unit: 'pixels',
      effect: 'camera',
    }),
    rate: key(z.number().min(0.1).max(120).prefault(15), {
      description: 'Frames judged a second, at most.',
      takes: 'a number from 0.1 to 120',
      unit: 'frames/s',
      effect: 'camera',
    }),
  })
  .prefault({})

const detection = z
  .strictObject({
    mode: key(z.enum(['auto', 'cascade', 'full']).prefault('auto'), {
      description:
        'How the frames are judged that the decision looks at, five a second, or all while the cleaned stream is read. ' +
        'cascade: a cheap screen first; full: both networks at once; auto: full on a GPU. Others get the screen alone.',
      effect: 'camera',
    }),
    threshold: key(z.union([z.literal('auto'), z.number().min(-50).max(50)]).prefault('auto'), {
      description:
        'Classifier score from which a frame is flagged and counts towards an alarm on any camera; auto: as calibrated in the model bundle.',
      takes: 'auto or a number from -50 to 50',
      unit: 'log-odds',
      effect: 'live',
    }),
    margin: key(z.union([z.literal('auto'), z.number().min(0.05).max(50)]).prefault('auto'), {
      description:
        "Classifier score over this camera's own clean level from which a frame is flagged and counts towards an alarm; auto: from how far the camera strays by itself.",
      takes: 'auto or a number from 0.05 to 50',
      unit: 'log-odds',
      effect: 'live',
    }),
    false_alarms_per_day: key(z.number().min(0.0001).max(1000).prefault(0.1), {
      description: 'False alarms that may be expected of this camera; sets how much evidence raises an incident.',
      takes: 'a number from 0.0001 to 1000',
      unit: 'alarms/day',
      effect: 'live',
    }),
    clear_after: durationKey('1s', '1d', '10s', {
      description: 'Clean for this long, an incident is cleared.',
      effect: 'live',
    }),
    raise_within: key(z.union([z.literal('auto'), duration('50ms', '1h')]).prefault('auto'), {
      description:
        'Time in which a plain attack must be able to raise; a short one brings more false alarms; auto: the evidence alone decides.',
      takes: 'auto or a duration from 50ms to 1h, such as 2s',
      unit: 'duration',
      effect: 'live',
    }),
  })
  .prefault({})

const purify = z
  .strictObject({
    enabled: key(z.boolean().prefault(true), { description: 'Clean the frames that are flagged.', effect: 'live' }),
    max_passes: key(z.int().min(1).max(10).prefault(3), {
      description: 'How often the mapping network may be applied to one frame.',
      takes: 'a whole number from 1 to 10',
      unit: 'passes',
      effect: 'live',
    }),
  })
  .prefault({})

function tamperKind(description: string) {
  return {
    enabled: key(z.boolean().prefault(true), { description, effect: 'live' }),
    sensitivity: key(z.number().min(0.1).max(10).prefault(1), {
      description:
        'How much a deviation from what this camera usually shows counts: above 1 finds more and alarms more.',
      takes: 'a number from 0.1 to 10',
      effect: 'live',
    }),
  }
}

const tampering = (description: string) => z.strictObject(tamperKind(description)).prefault({})

const tamper = z
  .strictObject({
    covered: tampering('Tell when a hand, a cloth or paint covers the lens.'),
    defocused: tampering('Tell when the picture goes out of focus.'),
    turned: z
      .strictObject({
        ...tamperKind('Tell when the camera looks elsewhere.'),
        views: key(z.int().min(1).max(16).prefault(1), {
          description: 'Views that a PTZ camera turns to by itself; so many are learned, 9 s each, without an alarm.',
          takes: 'a whole number from 1 to 16',
          unit: 'views',
          effect: 'live',
        }),
      })
      .prefault({}),
    dark: tampering('Tell when the picture goes black.'),
    bright: tampering('Tell when a lamp or a laser dazzles the camera.'),
    frozen: tampering('Tell when the same picture comes again and again; see timeouts.frozen for the state.'),
    loop: tampering('Tell when a recording of the last 5 minutes is played again.'),
    flicker: tampering('Tell when stripes of light or colour wander over the picture.'),
  })
  .prefault({})

const restream = z
  .strictObject({
    url: key(address((text) => networkIssue(text, ['rtsp', 'rtsps'])).optional(), {
      description: 'Where the cleaned stream is published; nowhere when not given.',
      takes: 'rtsp:// or rtsps://',
      effect: 'camera',
    }),
    when: key(z.enum(['always', 'incident']).prefault('always'), {
      description: 'Publish at all times, or only while an incident is open.',
      effect: 'camera',
    }),
    username: key(line.optional(), {
      description: 'User name at the server that takes the cleaned stream.',
      takes: 'text, at least one character',
      effect: 'camera',
    }),
    password: key(secretRef.optional(), {
      description: 'Where the password for that server is.',
      takes: SECRET_TAKES,
      effect: 'camera',
      secret: true,
    }),
    ca: key(line.optional(), {
      description: 'PEM file of the authorities that may sign its certificate, for rtsps://; else the system decides.',
      takes: 'the path of a PEM file',
      effect: 'camera',
    }),
  })
  .prefault({})

export const cameraSchema = z.strictObject({
  id: key(slug, {
    description: 'Names the camera in topics, alerts and logs; unique in this file.',
    takes: '1 to 63 of a-z, 0-9 and -, a letter or digit first',
    effect: 'camera',
  }),
  url,
  listen: key(z.boolean().prefault(false), {
    description: 'The camera pushes its stream: ffmpeg listens on url.',
    effect: 'camera',
  }),
  username: key(line.optional(), {
    description: 'User name at the camera.',
    takes: 'text, at least one character',
    effect: 'camera',
  }),
  password: key(secretRef.optional(), {
    description: 'Where the password for the camera is.',
    takes: SECRET_TAKES,
    effect: 'camera',
    secret: true,
  }),
  ca: key(line.optional(), {
    description:
      'PEM file of the authorities that may sign the certificate of an rtsps camera; else the system decides.',
    takes: 'the path of a PEM file',
    effect: 'camera',
  }),
  transport: key(z.enum(['tcp', 'udp']).prefault('tcp'), {
    description: 'How RTSP carries the pictures; tcp loses none.',
    effect: 'camera',
  }),
  decode: key(z.enum(['none', 'cuda', 'nvv4l2dec', 'nvmpi', 'v4l2m2m', 'vaapi']).prefault('none'), {
    description: 'Hardware decoder; software takes over when it fails again and again.',
    effect: 'camera',
  }),
  frame,
  timeouts,
  detection,
  tamper,
  purify,
  restream,
})

/** `defaults:`: any key of a camera but its id. */
export const cameraDefaultsSchema = cameraSchema.omit({ id: true }).partial({ url: true })
