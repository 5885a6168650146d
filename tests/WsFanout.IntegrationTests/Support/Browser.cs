using Microsoft.Playwright;

namespace WsFanout.IntegrationTests.Support;

/// <summary>A page in the distribution's Chromium, and what the browser complained of.</summary>
/// <remarks>
/// One Chromium for all tests of the process, since its start takes longer than most of them: each page is in a profile of its own. It ends
/// with the process, whose end the driver sees.
/// </remarks>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private static readonly Lazy<Task<IBrowser>> Chromium = new(LaunchAsync);

    private readonly IBrowserContext _profile;

    private Browser(IBrowserContext profile, IPage page)
    {
        _profile = profile;
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") Complaints.Add(message.Text);
        };
        page.PageError += (_, error) => Complaints.Add(error);
    }

    public IPage Page { get; }

    public List<string> Complaints { get; } = [];

    public static async Task<Browser> StartAsync(int width, int height)
    {
        var profile = await (await Chromium.Value).NewContextAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = width, Height = height } });
        return new Browser(profile, await profile.NewPageAsync());
    }

    public async ValueTask DisposeAsync() => await _profile.DisposeAsync();

    private static async Task<IBrowser> LaunchAsync()
    {
        var playwright = await Playwright.CreateAsync();
        return await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = FactWithAttribute.Find("chromium"), Args = Arguments });
    }
}
