using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace NotebookHost.Tests.Jupyter;

/// <summary>What a broken front end, or a stranger at the ports, may send: it is dropped, and the kernel answers the next correct
/// request.</summary>
public sealed class HostileMessageTests : IAsyncLifetime
{
    private const long MostMemory = 1_000_000_000;

    private static readonly string[] Sockets = ["shell", "control", "stdin"];

    private readonly KernelClient _kernel = new(KernelClient.Own);

    public async ValueTask InitializeAsync() => await _kernel.WaitUntilReadyAsync();

    public ValueTask DisposeAsync() => _kernel.DisposeAsync();

    private static string Nested(int levels) => new string('[', levels) + new string(']', levels);

    private async Task StillThere(int count)
    {
        Assert.Equal("2", (string?)(await _kernel.ExecuteAsync("1 + 1")).Result!["text/plain"]);
        Assert.Equal("ok", (await _kernel.AskAsync("interrupt_request", [], "control")).Status);
        var id = _kernel.SendExecute("Console.ReadLine()");
        await _kernel.NextAsync(message => message.Type == "input_request");
        _kernel.Send("input_reply", new JsonObject { ["value"] = "typed" }, "stdin");
        Assert.Equal("typed", (string?)(await _kernel.EndOfAsync(id)).Result!["text/plain"]);
        Assert.True(_kernel.Beats());
        Assert.False(_kernel.Process.HasExited);
        _kernel.Process.Refresh();
        Assert.InRange(_kernel.Process.PeakWorkingSet64, 1, MostMemory);
        Assert.True(_kernel.Log.Split("a message was dropped").Length > count, _kernel.Log);
    }

    [Fact]
    public async Task Frames_that_are_no_message_are_dropped()
    {
        byte[][][] messages =
        [
            [
                [],
            ],
            [
                [],
                [],
            ],
            [Encoding.ASCII.GetBytes("<IDS|MSG>")],
            [Encoding.ASCII.GetBytes("<IDS|MSG>"), [], [], [], []],
            [.. Enumerable.Repeat(Encoding.ASCII.GetBytes("<IDS|MSG>"), 6)],
            [.. Enumerable.Repeat(Array.Empty<byte>(), 10_000)],
            [new byte[20_000_000], [0xff, 0xfe]],
            [Encoding.ASCII.GetBytes("<IDS|MSG>"), new byte[1_000_000], [1], [2], [3], [4]],
        ];
        foreach (var socket in Sockets)
        {
            foreach (var message in messages)
            {
                _kernel.SendFrames(message, socket);
            }
        }

        await StillThere(Sockets.Length * messages.Length);
    }

    [Fact]
    public async Task Signed_messages_that_cannot_be_read_are_dropped()
    {
        string[] headers =
        [
            "",
            "null",
            "5",
            "[]",
            "{}",
            "not json",
            "{\"msg_type\":null}",
            "{\"msg_type\":5}",
            "{\"msg_type\":{}}",
            "{\"msg_type\":\"execute_request\",\"msg_type\":\"x\"}",
            Nested(100_000),
        ];
        string[] contents = ["", "null", "5", "[]", "\"x\"", "{\"code\":\"1\",\"code\":\"2\"}", $"{{\"code\":{Nested(100_000)}}}"];
        foreach (var socket in Sockets)
        {
            foreach (var header in headers)
            {
                _kernel.SendSigned([header, "{}", "{}", "{}"], socket);
            }

            foreach (var content in contents)
            {
                _kernel.SendSigned(["{\"msg_type\":\"execute_request\",\"msg_id\":\"x\"}", "{}", "{}", content], socket);
            }
        }

        await StillThere(Sockets.Length * (headers.Length + contents.Length));
    }

    [Fact]
    public async Task Requests_with_parts_of_the_wrong_kind_are_answered_or_passed_over()
    {
        string[] types =
        [
            "execute_request",
            "complete_request",
            "inspect_request",
            "is_complete_request",
            "history_request",
            "comm_info_request",
            "comm_open",
            "interrupt_request",
            "kernel_info_request",
            "",
            "no_request",
            "input_reply",
        ];
        string[] names =
        [
            "code",
            "cursor_pos",
            "silent",
            "store_history",
            "user_expressions",
            "allow_stdin",
            "stop_on_error",
            "hist_access_type",
            "n",
            "session",
            "start",
            "pattern",
            "comm_id",
            "value",
        ];
        string[] values = ["null", "-1", "1e308", "true", "\"\\ud800\"", "[]", "{\"x\":null}", "99999999999999999999", Nested(60)];
        foreach (var type in types)
        {
            foreach (var value in values)
            {
                var content = $"{{{string.Join(',', names.Select(name => $"\"{name}\":{value}"))}}}";
                _kernel.SendSigned(
                    [$"{{\"msg_type\":\"{type}\",\"msg_id\":\"x\"}}", "{}", "{}", content],
                    type == "input_reply" ? "stdin" : "shell"
                );
            }
        }

        await StillThere(0);
    }

    public static TheoryData<int> Which => [.. Faults.Of<int>(few: 1, 4, 0, 1, 2, 3)];

    [Theory]
    [MemberData(nameof(Which))]
    public async Task Strangers_at_the_ports_do_no_harm(int which)
    {
        var random = new Random(1);
        var garbage = new byte[100_000];
        random.NextBytes(garbage);
        byte[] greeting = [0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0, .. "NULL"u8, .. new byte[48]];
        byte[][] openings =
        [
            "GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(),
            garbage,
            [0],
            [0xff],
            new byte[1000],
            [.. Enumerable.Repeat((byte)0xff, 1000)],
            greeting,
            // After the greeting: a frame that says it has 2^62 bytes, and one of 4 GB.
            [.. greeting, 2, 0x40, 0, 0, 0, 0, 0, 0, 0, 1],
            [.. greeting, 6, 0, 0, 0, 1, 0, 0, 0, 0, 1],
            [.. greeting, .. garbage],
            // The older protocol: a length of eight bytes at once.
            [0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0],
        ];
        foreach (var opening in openings)
        {
            try
            {
                using var stranger = new TcpClient();
                await stranger.ConnectAsync("127.0.0.1", _kernel.Ports[which], TestContext.Current.CancellationToken);
                await stranger.GetStream().WriteAsync(opening, TestContext.Current.CancellationToken);
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                // The kernel has closed the connection, as it should.
            }
        }

        await StillThere(0);
    }

    public static TheoryData<string, string> Files =>
        [
            .. Faults.Of<(string, string)>(
                few: 5,
                ("null", "not a readable connection file"),
                ("PORTS:0", "is not a port"),
                ("IP:no such address", "cannot listen"),
                ("not json", "not a readable connection file"),
                ("KEY:null", "not a readable connection file"),
                ("", "not a readable connection file"),
                ("[]", "not a readable connection file"),
                ("{}", "not a readable connection file"),
                ("{\"ip\":null}", "not a readable connection file"),
                ("PORTS:-1", "is not a port"),
                ("PORTS:70000", "is not a port"),
                ("PORTS:99999999999", "not a readable connection file"),
                ("IP:", "cannot listen"),
                ("DEEP", "not a readable connection file")
            ),
        ];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_broken_connection_file_is_refused_in_one_sentence(string file, string words)
    {
        var text = file.Split(':') switch
        {
            ["PORTS", var port] => Connection(port, "127.0.0.1", "\"k\""),
            ["IP", var ip] => Connection("40000", ip, "\"k\""),
            ["KEY", var key] => Connection("40000", "127.0.0.1", key),
            ["DEEP"] => Nested(100_000),
            _ => file,
        };
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, text);
            using var process = TestProcess.Start(
                new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "NotebookHost.dll"), "kernel", "start", path])
                {
                    RedirectStandardError = true,
                    RedirectStandardOutput = true,
                }
            )!;
            Assert.True(process.WaitForExit(20_000));
            var error = process.StandardError.ReadToEnd();
            Assert.Equal(2, process.ExitCode);
            Assert.Contains(words, error, StringComparison.Ordinal);
            Assert.Single(error.TrimEnd('\n').Split('\n'));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Connection(string port, string ip, string key) =>
        $$"""{"transport":"tcp","ip":"{{ip}}","key":{{key}},"shell_port":{{port}},"iopub_port":{{port}},"""
        + $$""" "stdin_port":{{port}},"control_port":{{port}},"hb_port":{{port}}}""";
}
