using System.Net;
using System.Net.WebSockets;

namespace NotebookHost.Tests.Live;

/// <summary>Who gets an answer, and who does not.</summary>
public sealed class AccessTests : LiveTest
{
    public static TheoryData<string> Routes => ["/", "/notebook/n.ipynb", "/assets/page.css", "/ws", "/ws?notebook=n.ipynb", "/nothing"];

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Without_the_cookie_each_route_is_refused(string route)
    {
        using var none = await Get(route);
        using var wrong = await Get(route, Cookie[..^1] + (Cookie[^1] == '0' ? '1' : '0'));
        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (none.StatusCode, wrong.StatusCode));
    }

    [Fact]
    public async Task A_wrong_token_gives_no_cookie()
    {
        using var answer = await Get("/?token=" + new string('0', 64));
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("localhost.evil.example:{port}")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:1")]
    [InlineData("127.0.0.1.evil.example:{port}")]
    public async Task Under_a_foreign_name_nothing_is_answered(string host)
    {
        using var answer = await Get("/", Cookie, host.Replace("{port}", $"{Address.Port}", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("http://localhost:1")]
    [InlineData("http://localhost.evil.example")]
    [InlineData("https://127.0.0.1:{port}")]
    [InlineData("http://127.0.0.1:{port}.evil.example")]
    [InlineData("http://localhost:{port}")]
    public async Task A_page_of_another_origin_cannot_connect(string origin)
    {
        origin = origin.Replace("{port}", $"{Address.Port}", StringComparison.Ordinal);
        await Assert.ThrowsAsync<WebSocketException>(() => Connect(origin: origin));
    }

    [Fact]
    public async Task An_upgrade_without_the_cookie_is_refused() =>
        await Assert.ThrowsAsync<WebSocketException>(() => Connect(cookie: "notebook-1=0"));

    [Fact]
    public async Task Only_reading_is_answered_and_not_for_other_sites()
    {
        using var post = await Get("/", Cookie, method: HttpMethod.Post);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
        using var foreign = await Get("/", Cookie, headers: ("Sec-Fetch-Site", "same-site"));
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
    }

    [Fact]
    public async Task Only_notebooks_below_the_folder_are_served()
    {
        var outside = Directory.CreateTempSubdirectory("outside-").FullName;
        try
        {
            Samples.Write(Path.Combine(outside, "secret.ipynb"), "1");
            Samples.Write(FileOf(".hidden.ipynb"), "1");
            if (!OperatingSystem.IsWindows())
            {
                File.CreateSymbolicLink(FileOf("link.ipynb"), Path.Combine(outside, "secret.ipynb"));
                Directory.CreateSymbolicLink(FileOf("folder"), outside);
            }

            foreach (
                var name in new[]
                {
                    $"../{Path.GetFileName(outside)}/secret.ipynb",
                    $"..%2f{Path.GetFileName(outside)}%2fsecret.ipynb",
                    $"{outside}/secret.ipynb",
                    "link.ipynb",
                    "folder/secret.ipynb",
                    ".hidden.ipynb",
                    "n.ipynb/",
                    "./n.ipynb",
                    "n.ipynb%00",
                    "C:n.ipynb",
                    "..%5c..%5cn.ipynb",
                    "nul.ipynb",
                    "missing.ipynb",
                }
            )
            {
                using var page = await Get("/notebook/" + name, Cookie);
                // The client itself takes "./" out of an address.
                Assert.True(
                    page.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest || name == "./n.ipynb",
                    $"{name}: {page.StatusCode}"
                );
                await Assert.ThrowsAsync<WebSocketException>(() => Connect(Uri.UnescapeDataString(name)));
            }

            using var index = await Get("/", Cookie);
            var text = await index.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.Contains("n.ipynb", text, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }

    [Fact]
    public async Task Pages_may_run_no_script_but_the_servers_own()
    {
        using var page = await Get("/notebook/n.ipynb", Cookie);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Equal("no-referrer", page.Headers.GetValues("Referrer-Policy").Single());
        var text = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("<script>", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Address.Query["?token=".Length..], text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_of_a_hundred_megabytes_ends_the_connection_and_nothing_else()
    {
        var page = await Connect();
        var part = new byte[1 << 20];
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                await page.Socket.SendAsync(part, WebSocketMessageType.Text, endOfMessage: i == 99, TestContext.Current.CancellationToken);
            }

            Assert.Null(await page.Next());
            throw new WebSocketException("closed");
        });
        var (_, snapshot) = await Open();
        Assert.Equal(3, snapshot["cells"]!.AsArray().Count);
    }

    [Fact]
    public async Task Of_a_hundred_and_more_tabs_those_too_many_are_told_so_and_the_others_go_on()
    {
        var names = Enumerable.Range(0, 6).Select(i => $"many-{i}.ipynb").ToList();
        names.ForEach(name => Samples.Write(FileOf(name), "1"));
        // Twenty of each notebook, and a hundred in all.
        foreach (var name in names[..5])
        {
            for (var i = 0; i < 20; i++)
            {
                await Connect(name);
            }

            if (name == names[0])
            {
                var more = await Connect(name);
                Assert.Null(await more.Next());
                Assert.Contains("open in 20 pages", more.Socket.CloseStatusDescription, StringComparison.Ordinal);
                DropPages(1);
            }
        }

        await Assert.ThrowsAsync<WebSocketException>(() => Connect(names[5]));
        DropPages(50);
        var (page, _) = await Until(() => Open(names[5]));
        await page.Edit("cell-1", "6 * 7");
        Assert.Equal("done", (string)(await page.Run("cell-1"))["state"]!);

        // The server notices a moment later that a page has left.
        static async Task<T> Until<T>(Func<Task<T>> open)
        {
            while (true)
            {
                try
                {
                    return await open();
                }
                catch (WebSocketException)
                {
                    await Task.Delay(100, TestContext.Current.CancellationToken);
                }
            }
        }
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"type\":5}")]
    [InlineData("{\"type\":\"run\"}")]
    [InlineData("{\"type\":\"run\",\"cells\":[1,null]}")]
    [InlineData("{\"type\":\"edit\",\"cell\":\"no\",\"source\":null}")]
    [InlineData("{\"type\":\"insert\",\"kind\":\"evil\"}")]
    [InlineData("{\"type\":\"ask\",\"id\":1e99,\"question\":\"complete\",\"position\":-5}")]
    [InlineData("{\"type\":\"move\",\"cell\":\"cell-1\",\"after\":\"cell-1\"}")]
    public async Task A_strange_message_does_no_harm(string message)
    {
        var (page, _) = await Open();
        await page.Socket.SendAsync(
            System.Text.Encoding.UTF8.GetBytes(message),
            WebSocketMessageType.Text,
            endOfMessage: true,
            TestContext.Current.CancellationToken
        );
        await page.Send(new { type = "hello" });
        var snapshot = await page.Until("snapshot");
        Assert.Equal(["cell-1", "cell-2", "cell-3"], snapshot["cells"]!.AsArray().Select(cell => (string)cell!["id"]!));
    }
}
