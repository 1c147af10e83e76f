/** What a browser sees that has not shown the token yet: one field. The token goes out in a header, and a cookie comes back. */
import { scriptHash } from './page-policy.js'
import { pageStyle } from './page-style.js'

const script = `document.querySelector('form').addEventListener('submit', async (event) => {
  event.preventDefault()
  const token = document.querySelector('input').value
  const answer = await fetch('/session', { headers: { authorization: 'Bearer ' + token } }).catch(() => undefined)
  if (answer && answer.ok) return location.reload()
  document.querySelector('output').textContent = answer ? 'This is not the token.' : 'The unit does not answer.'
})`

export const loginPolicy = [
  "default-src 'none'",
  `script-src '${scriptHash(script)}'`,
  `style-src '${scriptHash(pageStyle)}'`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

export const loginPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>framewarden</title>
<style>${pageStyle}</style>
</head>
<body>
<h1>framewarden</h1>
<form class="login">
<label for="token">Token of this unit (http.token)</label>
<input id="token" type="password" autocomplete="current-password" autofocus required>
<button>Look</button>
<output role="alert"></output>
</form>
<noscript><p>Signing in needs JavaScript. Programs send <code>Authorization: Bearer …</code>.</p></noscript>
<script>${script}</script>
</body>
</html>
`
