using WsFanout.Hosting;
using WsFanout.Hosting.Settings;
using WsFanout.Tools;

// Settings first, for every command: the tools find the server of this machine by the same variables that it is configured with.
var settings = SettingsReader.Read(ProcessEnvironment.Read(), SettingsContext.OfThisProcess());
var context = new ToolContext();
if (settings.Settings is { } read) context = context with { Address = read.Host.Address, AdminAddress = read.Host.AdminAddress, PublishToken = read.Publish.Token };

var root = ToolCommands.Build(context, _ => ServerProcess.RunAsync(settings, ToolCommands.Version(), Console.Error));
return await ToolCommands.RunAsync(root, args, StandardOutput.Open(), Console.Error);
