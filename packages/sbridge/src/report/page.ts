import { facts } from './blocks.js'
import { Html, html } from './html.js'
import { STYLE } from './style.js'

interface PageParts {
  readonly title: string
  /** What kind of report it is, in small letters above the title. */
  readonly kicker: string
  /** What was made from what: names and values below the title. */
  readonly entries: readonly (readonly [string, string])[]
  /** The exact command that wrote it. */
  readonly command?: string | undefined
  readonly body: Html
}

/** A report as one HTML page that loads nothing. */
export function page({ title, kicker, entries, command, body }: PageParts): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<header>
<p class="kicker">${kicker}</p>
<h1>${title}</h1>
${facts(entries)}
${command ? html`<pre><code>${command}</code></pre>` : ''}
</header>
<main>
${body}</main>
<footer>Written by sbridge. This page loads nothing from the network.</footer>
</body>
</html>
`.text
}
