using OrleansChat.Gateway.Hosting;
using OrleansChat.Grains.Hosting;

return await ChatProcess.RunAsync("Gateway", () => ChatGateway.Build(args));
