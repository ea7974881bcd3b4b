"""Jupyter's own conformance suite for kernels (Debian: python3-jupyter-kernel-test), with C# as its samples."""

import unittest

import jupyter_kernel_test


class NotebookHostTests(jupyter_kernel_test.KernelTests):
    kernel_name = ".net-csharp"
    language_name = "C#"
    file_extension = ".cs"

    code_hello_world = 'Console.WriteLine("hello, world");'
    code_stderr = 'Console.Error.WriteLine("oh no");'
    code_generate_error = 'throw new InvalidOperationException("on purpose");'
    code_clear_output = 'display("gone soon"); Microsoft.DotNet.Interactive.KernelInvocationContext.Current.ClearOutput();'

    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": '"a" + "b"', "result": "ab"},
        {"code": "new[] { 1, 2 }.Sum()", "result": "3"},
        {"code": 'HTML("<b>bold</b>")', "mime": "text/html", "result": "<b>bold</b>"},
    ]
    code_display_data = [
        {"code": 'display(HTML("<i>x</i>"));', "mime": "text/html"},
        {"code": '"# Title".DisplayAs("text/markdown");', "mime": "text/markdown"},
        {"code": "display(new { Name = 1 });", "mime": "text/html"},
    ]

    completion_samples = [
        {"text": "Console.WriteL", "matches": {"WriteLine"}},
        {"text": "Math.Sq", "matches": {"Sqrt"}},
        {"text": "foreac", "matches": {"foreach"}},
        {"text": '"🎈".ToUpperI', "matches": {"ToUpperInvariant"}},
    ]
    complete_code_samples = ["1 + 1", "var x = 1;", "int Twice(int n) => 2 * n;", "#!import other.ipynb\nConsole.WriteLine();"]
    incomplete_code_samples = ["foreach (var i in new[] { 1 }) {", "int Twice(int n)\n{\n", 'Console.WriteLine("a"', "/* text"]
    invalid_code_samples = ["int int;", "1 + ] 2", "var x = );"]

    code_inspect_sample = "Console.WriteLine"
    code_history_pattern = "*Sum*"
    supported_history_operations = ("tail", "range", "search")

    # For languages that open a text in a pager of the front end; C# has no command for that.
    test_pager = None

    def test_inspect_tells_what_the_documentation_says(self):
        self.flush_channels()
        self.kc.inspect("Math.Sqrt(")
        text = self.get_non_kernel_info_reply(timeout=15)["content"]["data"]["text/plain"]
        self.assertIn("double Math.Sqrt(double d)", text)
        self.assertIn("Returns the square root of a specified number.", text)


if __name__ == "__main__":
    unittest.main()
