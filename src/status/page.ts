/** The page: one document with all that it needs inside; live by `/events`. */
import { scriptHash } from './page-policy.js'
import { pageScript } from './page-script.js'
import { pageStyle } from './page-style.js'

const SHIELD = 'M12 2 4 5v6c0 5 3.4 9.3 8 11 4.6-1.7 8-6 8-11V5z'
const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="#1f5fbf" d="${SHIELD}"/></svg>`

/** Nothing but this very script and style runs, and nothing is fetched but from the unit itself. CSP Level 3. */
export const pagePolicy = [
  "default-src 'none'",
  `script-src '${scriptHash(pageScript)}'`,
  `style-src '${scriptHash(pageStyle)}'`,
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

export const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>framewarden</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}">
<style>${pageStyle}</style>
</head>
<body>
<header>
<svg viewBox="0 0 24 24" aria-hidden="true"><path fill="currentColor" d="${SHIELD}"/><path fill="none" stroke="var(--ground)" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" d="m8.2 11.8 2.7 2.7 5-5.2"/></svg>
<div><h1 id="unit">framewarden</h1><p id="about">connecting to the unit</p></div>
<div class="pills"><span class="pill quiet" id="broker">broker</span><span class="pill quiet" id="pending">0 alerts waiting</span></div>
</header>
<p id="summary" class="quiet" role="status" aria-live="polite">Waiting for the first state.</p>
<p id="lost" class="warn" role="alert" hidden></p>
<noscript><p>The live view needs JavaScript; <a href="/readyz">readiness</a> and <a href="/metrics">metrics</a> do not.</p></noscript>
<main>
<h2 id="incidents-head">Incidents</h2>
<div id="incidents" role="list" aria-labelledby="incidents-head"></div>
<p class="none" id="no-incidents">None.</p>
<h2>Cameras</h2>
<div id="cameras"></div>
<h2>Guards</h2>
<div class="scroll"><table>
<thead><tr><th scope="col">Guard</th><th scope="col">State</th><th scope="col">Provider</th><th scope="col">Model</th><th scope="col">Process</th><th scope="col">Memory</th><th scope="col">Restarts</th></tr></thead>
<tbody id="guards"></tbody>
</table></div>
<h2>Problems</h2>
<ul id="diagnostics"></ul>
<p class="none" id="no-diagnostics">None so far.</p>
</main>
<footer>Score: log-odds that a frame is perturbed; what counts is how far it lies over the camera's own level. p50 / p99: capture to verdict. <a href="/metrics">Metrics</a> · <a href="/healthz">Health</a> · <a href="/readyz">Readiness</a></footer>
<template id="card"><article>
<div class="top"><h3 class="name"></h3><span class="pill bad incident" hidden>incident open</span><span class="pill quiet state"></span></div>
<p class="cause" hidden><code></code><span></span></p>
<div class="spark"><svg viewBox="0 0 240 56" preserveAspectRatio="none" role="img" aria-label="no score yet"><path class="zero"/><path class="score"/></svg><p class="score-now"><span class="number">–</span><small>score</small></p></div>
<svg class="day" viewBox="0 0 720 64" preserveAspectRatio="none" role="img" aria-label="no day yet"><path class="level"/><path class="range"/><path class="marks"/><path class="guarded"/><path class="away"/><path class="stopped"/></svg>
<p class="day-words"></p>
<p class="baseline"></p>
<img class="snapshot" alt="" hidden>
<p class="buttons"><button type="button" class="look">Show picture</button><button type="button" class="drill" hidden>Drill</button></p>
<p class="snapshot-words" role="status"></p>
<dl><div><dt>Frames</dt><dd></dd></div><div><dt>Judged</dt><dd></dd></div><div><dt>Flagged</dt><dd></dd></div><div><dt>p50 / p99</dt><dd></dd></div><div><dt>Unscored</dt><dd></dd></div><div><dt>Dropped</dt><dd></dd></div></dl>
</article></template>
<template id="incident"><article class="case" role="listitem">
<div class="top"><a class="when"></a><span class="pill quiet"></span></div>
<p class="text"></p>
<p class="course"></p>
<a class="whole" hidden><img class="strip" alt=""></a>
<div class="top"><p class="seen"></p><button type="button" class="acknowledge" hidden>I have seen it</button></div>
</article></template>
<template id="diagnostic"><li><p><code class="code"></code> <b class="subject"></b> <span class="times"></span></p><p class="what"></p><p class="remedy"></p></li></template>
<script>${pageScript}</script>
</body>
</html>
`
