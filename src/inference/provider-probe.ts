/** Program that opens one session on the provider named by its argument and exits 0 or 1; ONNX Runtime says why on stderr. */
import { env, InferenceSession } from './runtime.js'

/** y = x, one float: 65 bytes, opset 17. */
const IDENTITY = 'CAg6NwoQCgF4EgF5IghJZGVudGl0eRIBcFoPCgF4EgoKCAgBEgQKAggBYg8KAXkSCgoICAESBAoCCAFCBAoAEBE='

// Here the red lines are wanted: the exception does not name the library that is missing.
env.logLevel = 'error'
try {
  const session = await InferenceSession.create(Buffer.from(IDENTITY, 'base64'), {
    executionProviders: [process.argv[2]!],
  })
  await session.release()
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
