"""A fork in the middle of answers: the child may leave, exec, or begin anew, and the parent
does not notice.
"""

import unittest

import harness
from harness import SANITIZE
from lifecycle_harness import LifecycleTest


class ForkTest(LifecycleTest):
    # D17
    def test_what_a_child_may_do(self):
        for what in ("exit", "destroy and exit", "exec"):
            self.check(what)

    # D17
    @unittest.skipIf(SANITIZE, "a child's own provider was not tested: "
                     "a sanitizer may lock malloc()")
    def test_a_child_with_a_provider_of_its_own(self):
        self.check("own")

    def check(self, what):
        with self.subTest(what=what):
            self.speaker.opened = False
            self.live("fork-live", what)


if __name__ == "__main__":
    harness.main()
