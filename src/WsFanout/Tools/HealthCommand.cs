using System.CommandLine;

namespace WsFanout.Tools;

/// <summary><c>wsfanout health</c>: the health check of containers. Asks whether the server lives, or with <c>--ready</c> whether it takes clients.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);

    public static Command Build(ToolContext context)
    {
        var url = AddressOption.Http(context, "Address of the server.");
        var ready = new Option<bool>("--ready") { Description = "Ask whether it takes new clients, not only whether it lives." };
        var command = new Command("health", "Exit 0 when the server is well, else 1 with the reason.") { url, ready };
        command.SetAction((parsed, stop) =>
        {
            var asked = ServerUrl.At(parsed.GetRequiredValue(url), parsed.GetValue(ready) ? "/health/ready" : "/health/live");
            return AskAsync(asked, parsed.InvocationConfiguration, stop);
        });
        return command;
    }

    private static async Task<int> AskAsync(Uri asked, InvocationConfiguration console, CancellationToken stop)
    {
        using var http = ToolHttp.Client(AnswerWithin);
        string problem;
        try
        {
            using var response = await http.GetAsync(asked, stop);
            if (response.IsSuccessStatusCode)
            {
                await console.Output.WriteLineAsync(OneLine.Of((await response.Content.ReadAsStringAsync(stop)).Trim()));
                return ExitCode.Done;
            }
            problem = (await Refusal.ReadAsync(response, stop)).ToString();
        }
        catch (HttpRequestException failure)
        {
            problem = $"does not answer: {failure.InnerException?.Message ?? failure.Message}";
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            problem = $"no answer within {AnswerWithin.TotalSeconds:0} s";
        }
        await console.Error.WriteLineAsync($"wsfanout health: {asked}: {problem}");
        return ExitCode.Failed;
    }
}
