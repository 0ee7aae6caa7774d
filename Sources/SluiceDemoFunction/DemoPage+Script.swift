// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

extension DemoPage {
    static let script = #"""

        'use strict';
        const at = id => document.getElementById(id);
        const canvas = at('line'), out = at('out');
        let run = null;

        const requests = {
          tokens: { url: 'tokens?gap=40', show: showEvents },
          download: { url: 'download?bytes=8388608', show: showChecksum, code: true },
          rows: { url: 'rows', show: showText, code: true, init: { method: 'POST', body: csv(),
            headers: { 'content-type': 'text/csv' } } },
          fail: { url: 'fail?after=6', show: showText, code: true },
        };

        function csv() {
          const goods = ['tea', 'marmalade', '"hat, tall"', 'watch', '"a ""small"" key"', 'flamingo'];
          let text = 'item,count,price\n';
          for (let i = 0; i < 60; i++) text += `${goods[i % 6]},${i % 5 + 1},${(i * 7 % 40 / 4 + 0.5).toFixed(2)}\n`;
          return text;
        }

        async function start(name) {
          if (run) run.abort.abort();
          const request = requests[name], abort = new AbortController();
          const mine = run = { abort, chunks: [], bytes: 0, began: performance.now(), ended: null };
          out.textContent = '';
          out.className = request.code ? 'code' : '';
          at('title').textContent = (request.init ? 'POST /' : 'GET /') + request.url;
          setState('waiting', '');
          document.querySelector('[data-run=stop]').disabled = false;
          requestAnimationFrame(() => draw(mine));
          try {
            const response = await fetch(request.url, { ...request.init, signal: abort.signal });
            setState('streaming', '');
            const show = request.show(response), reader = response.body.getReader();
            for (;;) {
              const { done, value } = await reader.read();
              if (done) break;
              mine.chunks.push({ at: performance.now() - mine.began, size: value.length });
              mine.bytes += value.length;
              show.add(value);
            }
            if (show.end) show.end();
            if (mine === run) setState('complete', 'good');
          } catch (error) {
            if (mine !== run) return;
            if (abort.signal.aborted) setState('stopped', '');
            else { setState('broken off', 'bad'); out.append(`\n\nThe stream broke off: ${error.message}`); }
          } finally {
            mine.ended = performance.now() - mine.began;
            if (mine === run) document.querySelector('[data-run=stop]').disabled = true;
          }
        }

        function setState(text, kind) { at('state').textContent = text; at('state').className = kind; }

        function append(text) {
          const follow = out.scrollHeight - out.scrollTop - out.clientHeight < 40;
          out.append(text);
          if (follow) out.scrollTop = out.scrollHeight;
        }

        function showText() {
          const decoder = new TextDecoder();
          return { add: bytes => append(decoder.decode(bytes, { stream: true })) };
        }

        // Server-sent events by hand: an event ends with an empty line, its text stands after "data: ".
        function showEvents() {
          const decoder = new TextDecoder();
          let rest = '';
          return { add: bytes => {
            const parts = (rest + decoder.decode(bytes, { stream: true })).split('\n\n');
            rest = parts.pop();
            for (const part of parts) {
              const lines = part.split('\n');
              const data = lines.filter(line => line.startsWith('data: ')).map(line => line.slice(6)).join('\n');
              append(lines.includes('event: end') ? `\n\n${data}, each an event of its own.` : data + ' ');
            }
          } };
        }

        function showChecksum(response) {
          const expected = response.headers.get('x-checksum-crc32');
          let crc = -1, bytes = 0;
          append(`checksum in the head: ${expected}\n`);
          return {
            add: part => {
              for (let i = 0; i < part.length; i++) crc = table[(crc ^ part[i]) & 255] ^ crc >>> 8;
              bytes += part.length;
            },
            end: () => {
              const found = ((crc ^ -1) >>> 0).toString(16).padStart(8, '0');
              append(`checksum of the ${bytes.toLocaleString('en')} bytes that came: ${found}\n`);
              append(found === expected ? 'They are the same.' : 'They differ!');
            },
          };
        }
        const table = Int32Array.from({ length: 256 }, (_, n) => {
          for (let k = 0; k < 8; k++) n = n & 1 ? n >>> 1 ^ 0xEDB88320 : n >>> 1;
          return n;
        });

        function draw(mine) {
          if (mine !== run) return;
          const now = mine.ended ?? performance.now() - mine.began, span = Math.max(1000, now);
          const scale = devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
          canvas.width = width * scale; canvas.height = height * scale;
          const pen = canvas.getContext('2d'), style = getComputedStyle(document.documentElement);
          pen.scale(scale, scale);
          pen.fillStyle = style.getPropertyValue('--rule');
          pen.fillRect(0, height - 1, width, 1);
          pen.fillStyle = style.getPropertyValue('--flow');
          const largest = Math.max(1, ...mine.chunks.slice(-2000).map(chunk => chunk.size));
          for (const chunk of mine.chunks) {
            const bar = 8 + (height - 14) * Math.sqrt(chunk.size / largest);
            pen.fillRect(Math.min(width - 2, chunk.at / span * width), height - bar, 2, bar);
          }
          if (mine.ended === null) {
            pen.fillStyle = style.getPropertyValue('--soft');
            pen.fillRect(Math.min(width - 1, now / span * width), 0, 1, height);
          }
          const seconds = ms => ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
          at('first').textContent = mine.chunks.length ? seconds(mine.chunks[0].at) : '–';
          at('chunks').textContent = mine.chunks.length.toLocaleString('en');
          at('bytes').textContent = mine.bytes.toLocaleString('en');
          at('time').textContent = seconds(now);
          at('end').textContent = seconds(span);
          if (mine.ended === null) requestAnimationFrame(() => draw(mine));
          else if (!mine.drawn) { mine.drawn = true; requestAnimationFrame(() => draw(mine)); }
        }

        addEventListener('resize', () => { if (run) requestAnimationFrame(() => draw(run)); });
        document.querySelector('nav').addEventListener('click', event => {
          const name = event.target.dataset.run;
          if (name === 'stop') run?.abort.abort();
          else if (name) start(name);
        });
        start('tokens');

        """#
}
