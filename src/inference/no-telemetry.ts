/**
 * ONNX Runtime >= 1.29 for Linux reports to its maker by default (microsoft/onnxruntime PR 27379: model and graph names,
 * device, timings; 1.30 also leaves `.ses` and `mat-debug-<pid>.log` in TMPDIR). A guard phones nobody. Read once by getenv when the
 * library starts, so it must be set in the main thread: a worker's process.env is a copy that the library does not see.
 */
process.env.ORT_DISABLE_TELEMETRY = '1'
