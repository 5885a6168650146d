using WsFanout.Hosting;
using WsFanout.Hosting.Settings;
using WsFanout.Planning.Plan;
using WsFanout.Planning.SystemCheck;
using WsFanout.Tools;

// Settings first, for every command: the tools find the server of this machine by the same variables that it is configured with.
var environment = ProcessEnvironment.Read();
var settings = SettingsReader.Read(environment, SettingsContext.OfThisProcess());
var context = new ToolContext { ClientToken = environment.GetValueOrDefault("WS_TOKEN")?.Trim() };
if (settings.Settings is { } read)
{
    context = context with { Address = read.Host.Address, AdminAddress = read.Host.AdminAddress, PublishAddress = read.Host.PublishAddress, IsTls = read.Host.Tls is not null, PublishToken = read.Publish.Token };
}

var root = ToolCommands.Build(context, _ => ServerProcess.RunAsync(settings, ToolCommands.Version(), Console.Error));
var hasColours = !Console.IsOutputRedirected && !environment.ContainsKey("NO_COLOR");
root.Add(PlanCommand.Build(width: Console.IsOutputRedirected ? null : Console.WindowWidth));
root.Add(CheckCommand.Build(new CheckContext { Settings = settings, Version = ToolCommands.Version(), HasColours = hasColours }));
return await ToolCommands.RunAsync(root, args, StandardOutput.Open(), Console.Error);
