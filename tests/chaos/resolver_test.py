"""Names that lead nowhere: no such name, a resolver that fails, one that says nothing, and an
address that cannot be reached.  In namespaces of its own; skipped where there are none.
"""

import json
import subprocess

import harness
import namespace
from answers import CHAT_MODEL
from chaos_harness import TEMPORARY, ChaosTest
from harness import SANITIZE, wait_for
from sockets import FullQueue
from xai_names import API, AUTH, HERE, HTTPS, NamesTest

HANG_MS = 10_000
WAITING, OTHERS, AT_ONCE = 20, 99, 40


def request():
    return {"model": CHAT_MODEL, "max_retries": 0,
            "messages": [{"role": "user", "content": "Hi"}]}


class ResolverTest(NamesTest, ChaosTest):
    # C01
    def test_no_such_name_and_a_resolver_that_fails(self):
        for code in (namespace.NO_SUCH_NAME, namespace.SERVER_FAILURE):
            with self.subTest(code=code):
                self.names.code = code
                self.check_error(self.stage.run("refresh", code=TEMPORARY).document, "network",
                                 retry=True)
                run = self.stage.complete("Hi", code=TEMPORARY, max_retries=0)
                self.check_error(run.result, "network", retry=True)
                self.assertIn(AUTH, self.names.asked)
                self.assertIn(API, self.names.asked)
        # Neither has cost the sign-in.
        self.names.are(*HERE)
        self.assertEqual(self.stage.run("refresh").document["status"], "refreshed")

    # C01
    def test_a_resolver_that_says_nothing(self):
        run = self.stage.complete("Hi", code=TEMPORARY, max_retries=0,
                                  config={"timeouts": {"connect_ms": 500}})
        self.check_error(run.result, "timeout", retry=True)
        self.assertIn(API, self.names.asked)

    def waiting(self, count):
        """A host with so many requests that wait for the name of their server."""
        config = {**self.stage.config, "timeouts": {"connect_ms": 300_000}}
        host = subprocess.Popen(self.host(config, AT_ONCE), stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env=self.stage.environment(), cwd=self.stage.cwd)
        self.addCleanup(harness.end_process, host)
        host.stdin.write(("!" + json.dumps(request()) + "\n") * count)
        host.stdin.flush()
        wait_for(lambda: self.names.asked.count(API) >= count, "the questions for the name")
        return host

    def end(self, host, rest=""):
        out, err = host.communicate(rest, timeout=harness.DEADLINE_S)
        return self.told(host.returncode, out, err)

    # C02
    def test_who_waits_for_a_name_can_leave(self):
        lines, last = self.end(self.waiting(WAITING))
        self.assertEqual([line["result"].get("error") for line in lines],
                         ["cancelled"] * WAITING)
        self.assertEqual((last["ends"], last["late"]), (WAITING, 0))
        self.assertLess(last["cancel_ms"], HANG_MS)

    # C02
    def test_one_that_waits_for_a_name_holds_up_nobody(self):
        host = self.waiting(1)
        self.names.are(*HERE)
        (first, *others), last = self.end(host, (json.dumps(request()) + "\n") * OTHERS)
        self.assertEqual([line["text"] for line in others], ["fine"] * OTHERS)
        self.assertEqual((last["ends"], last["late"]), (OTHERS + 1, 0))
        # libcurl lets it have what the others have found, if it sees it in time.
        self.assertIn((first["result"].get("error"), first["text"]),
                      (("cancelled", ""), (None, "fine")))

    # C41
    def test_the_other_address_is_tried_soon(self):
        self.names.are(f"::1 {API}", *HERE)
        with FullQueue("::1", HTTPS):
            run = self.stage.complete("Hi", config={"timeouts": {"connect_ms": 120_000}})
        self.assertEqual(run.joined("text"), "fine")
        # Whoever waited for the first address to fail would need half of connect_ms.
        if not SANITIZE:
            self.assertLess(run.result["timings"]["total_ms"], 30_000)


if __name__ == "__main__":
    namespace.enter(__file__)
    harness.main()
