"""Arguments that are wrong, or only just right, through the C interface of the real plugin."""

import harness
from lifecycle_harness import LifecycleTest


class MisuseTest(LifecycleTest):
    # D01, D02, D05
    def test_null_zero_unknown_numbers_and_hosts_of_every_size(self):
        self.live("misuse")

    # D04
    def test_text_that_is_odd(self):
        self.live("odd-text")

    # D06
    def test_many_providers_are_destroyed_at_once(self):
        self.live("destroy-at-once")


if __name__ == "__main__":
    harness.main()
