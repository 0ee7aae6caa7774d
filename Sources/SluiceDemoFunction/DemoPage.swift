// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The page at `/`: reads the other routes with `fetch` and draws when each chunk came. No library, no other file.
enum DemoPage {
    static let html = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Sluice: a Lambda function that streams</title>
        <link rel="icon" href="data:,">
        <style>\(DemoPage.style)</style>
        </head>
        <body>
        <main>
          <header>
            <h1><svg viewBox="0 0 32 32" aria-hidden="true"><path d="M4 4v24M28 4v24M4 9h24M4 14h24"/>\
        <path class="water" d="M8 20c3-3 5 3 8 0s5 3 8 0M8 26c3-3 5 3 8 0s5 3 8 0"/></svg>Sluice</h1>
            <p>This page comes from a Swift function on Lambda. What you start here is streamed, and the time line shows
            each chunk at the moment your browser gets it.</p>
          </header>
          <nav>
            <button data-run="tokens" class="primary">Stream words</button>
            <button data-run="download">Download 8 MB</button>
            <button data-run="rows">Send CSV rows</button>
            <button data-run="fail">Fail on the way</button>
            <button data-run="stop" disabled>Stop</button>
          </nav>
          <section class="card">
            <div class="facts">
              <div><span>first byte</span><b id="first">–</b></div>
              <div><span>chunks</span><b id="chunks">–</b></div>
              <div><span>bytes</span><b id="bytes">–</b></div>
              <div><span>time</span><b id="time">–</b></div>
              <div><span>state</span><b id="state">ready</b></div>
            </div>
            <canvas id="line" aria-label="time line: one bar for each chunk, its height for its size"></canvas>
            <div class="axis"><span>0 s</span><span id="end"></span></div>
          </section>
          <section class="card"><div class="title" id="title">response</div><div id="out" aria-live="polite"></div></section>
        </main>
        <script>\(DemoPage.script)</script>
        </body>
        </html>

        """
}
