# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Speaks the language server protocol to corolint-clangd, as an editor does.
#
#   with Session([clangd], directory) as session:
#       session.open("service.cpp", text)
#       session.diagnostics("service.cpp")   # waits until they are published
#
# Messages are JSON with a header, on standard input and output. A thread reads
# them and keeps the latest diagnostics of each file and version.

import itertools
import json
import os
import subprocess
import threading
import urllib.parse


def uri(path):
    return "file://" + urllib.parse.quote(path)


class Session:
    def __init__(self, command, directory, **options):
        self.directory = directory
        self.log = open(os.path.join(directory, "clangd.log"), "w+")
        self.process = subprocess.Popen(
            command,
            cwd=directory,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            **options,
        )
        self.sending = threading.Lock()
        self.changed = threading.Condition()
        self.published = {}  # uri -> {version: [diagnostic]}
        self.answers = {}  # request id -> message
        self.versions = {}  # uri -> the version that was last sent
        self.ended = False
        self.requests = itertools.count(1)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def __enter__(self):
        self.request(
            "initialize",
            processId=os.getpid(),
            rootUri=uri(self.directory),
            capabilities={
                "textDocument": {
                    "publishDiagnostics": {
                        "relatedInformation": True,
                        "versionSupport": True,
                        "codeDescriptionSupport": True,
                    },
                    "codeAction": {
                        "codeActionLiteralSupport": {
                            "codeActionKind": {"valueSet": ["quickfix"]}
                        }
                    },
                }
            },
        )
        self.notify("initialized")
        return self

    def __exit__(self, *exception):
        self.process.kill()  # close() is for those who want to see it end
        self.process.wait()
        self.reader.join()
        self.process.stdin.close()
        self.process.stdout.close()
        self.log.close()

    def close(self):
        """Ends the session in an orderly way; returns clangd's exit code."""
        self.request("shutdown")
        self.notify("exit")
        # It finishes indexing the standard library first: minutes under load.
        return self.process.wait(timeout=300)

    def stderr(self):
        self.log.seek(0)
        return self.log.read()

    # What an editor does.

    def open(self, name, text):
        document = self.uri(name)
        self.versions[document] = 1
        self.notify(
            "textDocument/didOpen",
            textDocument={
                "uri": document,
                "languageId": "cpp",
                "version": 1,
                "text": text,
            },
        )

    def change(self, name, text):
        document = self.uri(name)
        self.versions[document] += 1
        self.notify(
            "textDocument/didChange",
            textDocument={
                "uri": document,
                "version": self.versions[document],
            },
            contentChanges=[{"text": text}],
        )

    def close_file(self, name):
        self.notify(
            "textDocument/didClose", textDocument={"uri": self.uri(name)}
        )

    def diagnostics(self, name, timeout=120):
        """Those of the text that was last sent."""
        document = self.uri(name)
        version = self.versions[document]
        self._wait(
            lambda: version in self.published.get(document, {}),
            timeout,
            f"diagnostics of {name}, version {version}",
        )
        return self.published[document][version]

    def code_actions(self, name, diagnostic):
        return self.request(
            "textDocument/codeAction",
            textDocument={"uri": self.uri(name)},
            range=diagnostic["range"],
            context={"diagnostics": [diagnostic]},
        )

    # The protocol.

    def request(self, method, timeout=120, **params):
        number = next(self.requests)
        self._send({"id": number, "method": method, "params": params or None})
        self._wait(lambda: number in self.answers, timeout, method)
        answer = self.answers[number]
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def notify(self, method, **params):
        self._send({"method": method, "params": params or None})

    def uri(self, name):
        return uri(os.path.join(self.directory, name))

    def _send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        header = f"Content-Length: {len(body)}\r\n\r\n".encode()
        with self.sending:
            self.process.stdin.write(header + body)
            self.process.stdin.flush()

    def _wait(self, condition, timeout, what):
        with self.changed:
            self.changed.wait_for(lambda: condition() or self.ended, timeout)
            if not condition():
                end = f", ended with {self.process.poll()}" * self.ended
                raise RuntimeError(
                    f"no answer: {what}{end}\n{self.stderr()[-4000:]}"
                )

    def _read(self):
        while True:
            length = None
            for line in iter(self.process.stdout.readline, b"\r\n"):
                if not line:
                    with self.changed:
                        self.ended = True
                        self.changed.notify_all()
                    return
                name, value = line.decode().split(":")
                if name == "Content-Length":
                    length = int(value)
            message = json.loads(self.process.stdout.read(length))
            with self.changed:
                if message.get("method") == "textDocument/publishDiagnostics":
                    params = message["params"]
                    versions = self.published.setdefault(params["uri"], {})
                    versions[params.get("version")] = params["diagnostics"]
                elif "method" in message and "id" in message:
                    self._send({"id": message["id"], "result": None})
                elif "id" in message:
                    self.answers[message["id"]] = message
                self.changed.notify_all()
